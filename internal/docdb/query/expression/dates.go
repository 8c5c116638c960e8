package expression

import "github.com/telamon-db/telamon/internal/docdb/query/value"

func newDates() value.Table[parsing] {
	return value.Table[parsing]{
		"$dateFromParts":  {Summary: "Makes a date of its parts.", Parse: parseDateFromParts},
		"$dateToString":   {Summary: "Writes a date by a format.", Parse: toStringFields.with(dateToString)},
		"$dateFromString": {Summary: "Reads a date, by a format if one is given.", Parse: parseDateFromString},
		"$dateAdd":        {Summary: "Goes a number of units of time on from a date.", Parse: dateMath("$dateAdd", 1)},
		"$dateSubtract":   {Summary: "Goes a number of units of time back from a date.", Parse: dateMath("$dateSubtract", -1)},
		"$dateDiff":       {Summary: "Counts the units of time that begin between two dates.", Parse: diffFields.with(dateDiff)},
		"$dateTrunc":      {Summary: "Gives the beginning of the unit of time in which a date lies.", Parse: truncFields.with(dateTrunc)},
	}
}
