package report

import (
	"os"
	"runtime"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// Version is the MongoDB version whose behaviour the engine has, and FeatureVersion its feature compatibility version.
const (
	Version        = "8.0.0"
	FeatureVersion = "8.0"
)

var version = [3]int32{8, 0, 0}

// BuildInfo answers buildInfo.
func BuildInfo(On) (bson.D, error) {
	return bson.D{{Key: "version", Value: Version},
		{Key: "versionArray", Value: bson.A{version[0], version[1], version[2], int32(0)}},
		{Key: "modules", Value: bson.A{}}, {Key: "bits", Value: int32(64)}, {Key: "debug", Value: false},
		{Key: "maxBsonObjectSize", Value: int32(storage.MaxDocument)}, {Key: "storageEngines", Value: bson.A{"pebble"}}}, nil
}

// HostInfo answers hostInfo.
func HostInfo(on On) (bson.D, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return bson.D{{Key: "system", Value: bson.D{{Key: "currentTime", Value: on.Store.Now()}, {Key: "hostname", Value: host},
		{Key: "numCores", Value: int32(runtime.NumCPU())}, {Key: "cpuArch", Value: runtime.GOARCH}}},
		{Key: "os", Value: bson.D{{Key: "type", Value: runtime.GOOS}}}}, nil
}

// GetLog answers getLog. The logs with the usual names exist and are empty.
func GetLog(on On) (bson.D, error) {
	switch name, _ := on.Self.StringValueOK(); name {
	case "*":
		return bson.D{{Key: "names", Value: bson.A{"global", "startupWarnings"}}}, nil
	case "global", "startupWarnings":
		return bson.D{{Key: "totalLinesWritten", Value: int32(0)}, {Key: "log", Value: bson.A{}}}, nil
	}
	return nil, wire.Errorf(wire.OperationFailed, "no log of that name")
}

// GetCmdLineOpts answers getCmdLineOpts.
func GetCmdLineOpts(On) (bson.D, error) {
	return bson.D{{Key: "argv", Value: bson.A{}}, {Key: "parsed", Value: bson.D{}}}, nil
}
