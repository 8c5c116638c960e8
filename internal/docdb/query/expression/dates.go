package expression

import "github.com/telamon-db/telamon/internal/docdb/query/value"

func newDates() value.Table[parsing] {
	return value.Table[parsing]{
		"$dateFromParts":  {Summary: "Builds a date from its parts.", Parse: parseDateFromParts},
		"$dateToString":   {Summary: "Formats a date as a string.", Parse: toStringFields.with(dateToString)},
		"$dateFromString": {Summary: "Parses a date, by a format if one is given.", Parse: parseDateFromString},
		"$dateAdd":        {Summary: "Adds a number of units of time to a date.", Parse: dateMath("$dateAdd", 1)},
		"$dateSubtract":   {Summary: "Subtracts a number of units of time from a date.", Parse: dateMath("$dateSubtract", -1)},
		"$dateDiff":       {Summary: "Counts the units of time that begin between two dates.", Parse: diffFields.with(dateDiff)},
		"$dateTrunc":      {Summary: "Returns the beginning of the unit of time in which a date lies.", Parse: truncFields.with(dateTrunc)},
	}
}
