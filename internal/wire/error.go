package wire

import (
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Error is a command's failure as MongoDB's clients see it.
// Source of codes and names: MongoDB's error code reference.
type Error struct {
	Code    int32
	Name    string
	Message string
	Labels  []string // errorLabels, such as RetryableWriteError
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%d): %s", e.Name, e.Code, e.Message) }

// Errorf returns an Error of the given code. The message is shown to clients. Of long texts it shows the beginning, lest a
// name of megabytes come back in it.
func Errorf(code Code, format string, args ...any) *Error {
	for i, arg := range args {
		switch text := arg.(type) {
		case string:
			args[i] = Short(text)
		case []byte:
			args[i] = Short(string(text[:min(len(text), shortText+1)]))
		}
	}
	return &Error{Code: code.Number, Name: code.Name, Message: fmt.Sprintf(format, args...)}
}

const shortText = 512 // bytes

// Short is a text that a client gives as it may be shown and logged: whole, or its beginning.
func Short(text string) string {
	if len(text) <= shortText {
		return text
	}
	return strings.ToValidUTF8(text[:shortText], "") + "..."
}

// Code is an error code with its name.
type Code struct {
	Number int32
	Name   string
}

// The codes that Telamon answers with.
var (
	InternalError             = Code{1, "InternalError"}
	BadValue                  = Code{2, "BadValue"}
	FailedToParse             = Code{9, "FailedToParse"}
	Unauthorized              = Code{13, "Unauthorized"}
	TypeMismatch              = Code{14, "TypeMismatch"}
	AuthenticationFailed      = Code{18, "AuthenticationFailed"}
	IllegalOperation          = Code{20, "IllegalOperation"}
	NamespaceNotFound         = Code{26, "NamespaceNotFound"}
	IndexNotFound             = Code{27, "IndexNotFound"}
	CursorNotFound            = Code{43, "CursorNotFound"}
	NamespaceExists           = Code{48, "NamespaceExists"}
	CommandNotFound           = Code{59, "CommandNotFound"}
	ImmutableField            = Code{66, "ImmutableField"}
	CannotCreateIndex         = Code{67, "CannotCreateIndex"}
	InvalidOptions            = Code{72, "InvalidOptions"}
	InvalidNamespace          = Code{73, "InvalidNamespace"}
	IndexOptionsConflict      = Code{85, "IndexOptionsConflict"}
	IndexKeySpecsConflict     = Code{86, "IndexKeySpecsConflict"}
	WriteConcernTimeout       = Code{64, "WriteConcernTimeout"}
	UnknownReplWriteConcern   = Code{79, "UnknownReplWriteConcern"}
	UnsatisfiableWriteConcern = Code{100, "UnsatisfiableWriteConcern"}
	ShutdownInProgress        = Code{91, "ShutdownInProgress"}
	NotImplemented            = Code{238, "NotImplemented"}
	DuplicateKey              = Code{11000, "DuplicateKey"}
	InterruptedAtShutdown     = Code{11600, "InterruptedAtShutdown"}
	Interrupted               = Code{11601, "Interrupted"}

	InterruptedDueToReplStateChange = Code{11602, "InterruptedDueToReplStateChange"}
	BackgroundOperation             = Code{12587, "BackgroundOperationInProgressForNamespace"}
	BSONObjectTooLarge              = Code{10334, "BSONObjectTooLarge"}
	UnrecognizedPipelineStage       = Code{40324, "Location40324"}
	SearchNotEnabled                = Code{31082, "SearchNotEnabled"}
	ConflictingUpdateOperators      = Code{40, "ConflictingUpdateOperators"}
	InvalidBSON                     = Code{22, "InvalidBSON"}
	ProtocolError                   = Code{17, "ProtocolError"}
	AlreadyInitialized              = Code{23, "AlreadyInitialized"}
	MechanismUnavailable            = Code{334, "MechanismUnavailable"}
	Overflow                        = Code{15, "Overflow"}
	InvalidLength                   = Code{21, "InvalidLength"}
	MaxTimeMSExpired                = Code{50, "MaxTimeMSExpired"}
	DollarPrefixedFieldName         = Code{52, "DollarPrefixedFieldName"}
	InvalidIDField                  = Code{53, "InvalidIdField"}
	ExceededMemoryLimit             = Code{146, "ExceededMemoryLimit"}
	TransactionTooOld               = Code{225, "TransactionTooOld"}
	OperationNotInTransaction       = Code{263, "OperationNotSupportedInTransaction"}
	DistinctTooBig                  = Code{17217, "Location17217"}
	OperationFailed                 = Code{96, "OperationFailed"}
	NoQueryExecutionPlans           = Code{291, "NoQueryExecutionPlans"}
	SortMemoryExceeded              = Code{292, "QueryExceededMemoryLimitNoDiskUseAllowed"}
	MissingField                    = Code{40414, "IDLFailedToParse"}
	UnknownField                    = Code{40415, "IDLUnknownField"}
	NotARetryableWrite              = Code{50768, "NotARetryableWriteCommand"}
	CursorInUse                     = Code{12051, "CursorInUse"}
	NotPrimaryNoSecondaryOk         = Code{13435, "NotPrimaryNoSecondaryOk"}
	NotWritablePrimary              = Code{10107, "NotWritablePrimary"}
	UnsupportedOpQueryCommand       = Code{352, "UnsupportedOpQueryCommand"}
	MissingDB                       = Code{40571, "Location40571"}
	DuplicateField                  = Code{40413, "Location40413"}
	DataCorruptionDetected          = Code{301, "DataCorruptionDetected"}
	OutOfDiskSpace                  = Code{14031, "OutOfDiskSpace"}
	AtlasError                      = Code{8000, "AtlasError"}
)

// Reply renders err as a command reply: ok 0 with code, codeName and errmsg. An err that is no *Error becomes an
// InternalError without its text, which belongs in a log.
func Reply(err error) bson.Raw {
	var e *Error
	if !errors.As(err, &e) {
		e = Errorf(InternalError, "an internal error occurred")
	}
	doc := bson.D{{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: e.Message}, {Key: "code", Value: e.Code}, {Key: "codeName", Value: e.Name}}
	if len(e.Labels) > 0 {
		doc = append(doc, bson.E{Key: "errorLabels", Value: e.Labels})
	}
	raw, err := bson.Marshal(doc)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return raw
}
