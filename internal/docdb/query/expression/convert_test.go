package expression

import "testing"

// A UUID and some bytes as binary data.
const (
	someUUID  = `{"$literal": {"$binary": {"base64": "AAECAwQFBgcICQoLDA0ODw==", "subType": "04"}}}`
	someBytes = `{"$literal": {"$binary": {"base64": "aGk=", "subType": "00"}}}`
	someID    = `{"$literal": {"$oid": "507f1f77bcf86cd799439011"}}`
)

// What becomes of each type, by the tables of the manual's pages.
var convertCases = [][]kase{
	of("$toInt", `true`, `1`, `false`, `0`, `5.9`, `5`, `-5.9`, `-5`, `#5.9#`, `5`, `~5~`, `5`, `"-2"`, `-2`, `"2.5"`, `!241`, `"x"`, `!241`, `""`, `!241`, `2147483648.0`, `!241`, `~2147483648~`, `!241`, `{"$numberDouble": "NaN"}`, `!241`, `{"$numberDouble": "Infinity"}`, `!241`, `#NaN#`, `!241`, `"$at"`, `!241`, someID, `!241`, `"$n"`, `null`, `"$none"`, `null`, `[1, 2]`, `!50723`, `"0x10"`, `!241`, `" 1"`, `!241`, `"+1"`, `1`),
	of("$toLong", `true`, `~1~`, `5.9`, `~5~`, `"$at"`, `~1709208000000~`, `"9223372036854775807"`, `~9223372036854775807~`, `"9223372036854775808"`, `!241`, `1e19`, `!241`, `#1E+19#`, `!241`, `7`, `~7~`, `"$o"`, `!241`, `"$n"`, `null`, `#-1.9#`, `~-1~`, `9223372036854775808.0`, `!241`),
	of("$toDouble", `true`, `1.0`, `5`, `5.0`, `~5~`, `5.0`, `#5.5#`, `5.5`, `"5.5"`, `5.5`, `"-1e3"`, `-1000.0`, `"$at"`, `1709208000000.0`, `#1E+6000#`, `!241`, `#Infinity#`, `{"$numberDouble": "Infinity"}`, `"0x1p-2"`, `!241`, `"1_000"`, `!241`, `"x"`, `!241`, `"$a"`, `!241`, `"$n"`, `null`, `"Infinity"`, `{"$numberDouble": "Infinity"}`, `"1."`, `1.0`),
	of("$toDecimal", `true`, `#1#`, `5`, `#5#`, `2.5`, `#2.50000000000000#`, `0.1`, `#0.100000000000000#`, `"1.50"`, `#1.50#`, `~9223372036854775807~`, `#9223372036854775807#`, `"$at"`, `#1709208000000#`, `"x"`, `!241`, `#1.0#`, `#1.0#`, `"$a"`, `!241`, `"$n"`, `null`, `"1e10000"`, `!241`, `"NaN"`, `#NaN#`),
	of("$toString", `true`, `"true"`, `2.5`, `"2.5"`, `3.0`, `"3"`, `1e21`, `"1e+21"`, `1e15`, `"1000000000000000"`, `0.00001`, `"1e-05"`, `-0.0`, `"-0"`, `5`, `"5"`, `~5~`, `"5"`, `#1.50#`, `"1.50"`, `"x"`, `"x"`, `"$at"`, `"2024-02-29T12:00:00.000Z"`, someID, `"507f1f77bcf86cd799439011"`, `"$a"`, `!241`, `"$n"`, `null`, `{"$numberDouble": "NaN"}`, `"NaN"`, `{"$numberDouble": "-Infinity"}`, `"-Infinity"`, someUUID, `"00010203-0405-0607-0809-0a0b0c0d0e0f"`, someBytes, `"aGk="`),
	of("$toBool", `0`, `false`, `1`, `true`, `0.0`, `false`, `#0#`, `false`, `#0.1#`, `true`, `"false"`, `true`, `""`, `true`, `"$at"`, `true`, `"$a"`, `true`, `"$o"`, `true`, `"$n"`, `null`, `"$none"`, `null`, someID, `true`, `{"$numberDouble": "NaN"}`, `true`),
	of("$toDate", `~0~`, `@1970-01-01T00:00:00.000Z@`, `1.9`, `@1970-01-01T00:00:00.001Z@`, `#-1#`, `@1969-12-31T23:59:59.999Z@`, `"2024-02-29"`, `@2024-02-29T00:00:00.000Z@`, `"2024-02-29T12:00:00.5+01:00"`, `@2024-02-29T11:00:00.500Z@`, `"someday"`, `!241`, `5`, `!241`, `true`, `!241`, someID, `@2012-10-17T21:13:27.000Z@`, `{"$timestamp": {"t": 60, "i": 1}}`, `@1970-01-01T00:01:00.000Z@`, `1e30`, `!241`, `"$n"`, `null`, `"$at"`, `@2024-02-29T12:00:00.000Z@`),
	of("$toObjectId", `"507f1f77bcf86cd799439011"`, `{"$oid": "507f1f77bcf86cd799439011"}`, someID, `{"$oid": "507f1f77bcf86cd799439011"}`, `"507f"`, `!241`, `"507f1f77bcf86cd79943901z"`, `!241`, `5`, `!241`, `"$n"`, `null`, `true`, `!241`, `"$at"`, `!241`, `""`, `!241`, `"$none"`, `null`),
	of("$toUUID", `"00010203-0405-0607-0809-0a0b0c0d0e0f"`, someUUID[len(`{"$literal": `):len(someUUID)-1], `"x"`, `!241`, `5`, `!241`, someUUID, someUUID[len(`{"$literal": `):len(someUUID)-1], someBytes, `!241`, `"$n"`, `null`, `"000102030405060708090a0b0c0d0e0f"`, `!241`, `""`, `!241`, `true`, `!241`, `"$none"`, `null`),
	of("$convert", `{"input": "5", "to": "int"}`, `5`, `{"input": "5", "to": 16}`, `5`, `{"input": "x", "to": "int", "onError": "bad"}`, `"bad"`, `{"input": null, "to": "int", "onNull": 0}`, `0`, `{"input": "$none", "to": "int"}`, `null`, `{"input": "5", "to": null}`, `null`, `{"input": "5", "to": "nope"}`, `!2`, `{"input": "5", "to": true}`, `!9`, `{"input": "5", "to": 1.5}`, `!9`, `{"input": "5", "to": 99}`, `!9`, `{"input": 5, "to": "minKey"}`, `!241`, `{"input": 5, "to": "array", "onError": "no"}`, `"no"`,
		`{"to": "int"}`, `!9`, `{"input": 1}`, `!9`, `{"input": 1, "to": "int", "x": 1}`, `!9`, `1`, `!9`, `{"input": "5", "to": "int", "onError": {"$divide": [1, 0]}}`, `5`, `{"input": "x", "to": "int", "onError": {"$divide": [1, 0]}}`, `!2`, `{"input": {"$divide": [1, 0]}, "to": "int", "onError": 1}`, `!2`, `{"input": "aGk=", "to": "binData", "format": "base64"}`, `{"$binary": {"base64": "aGk=", "subType": "00"}}`, `{"input": "6869", "to": {"type": "binData", "subtype": 5}, "format": "hex"}`, `{"$binary": {"base64": "aGk=", "subType": "05"}}`,
		`{"input": `+someBytes+`, "to": "string", "format": "utf8"}`, `"hi"`, `{"input": `+someBytes+`, "to": "string", "format": "hex"}`, `"6869"`, `{"input": `+someBytes+`, "to": "string", "format": "base64url"}`, `"aGk"`, `{"input": `+someBytes+`, "to": "string"}`, `!241`, `{"input": `+someBytes+`, "to": "string", "format": "x"}`, `!4341125`, `{"input": "hi", "to": "binData"}`, `!241`, `{"input": "hi", "to": "binData", "format": 5}`, `!4341114`, `{"input": "hi", "to": {"type": "binData", "subtype": "x"}, "format": "utf8"}`, `!9`, `{"input": `+someBytes+`, "to": {"type": "binData", "subtype": 4}}`, `!241`, `{"input": 1, "to": "int", "byteOrder": "big"}`, `!238`),
}

func TestConversions(t *testing.T) { checkAll(t, convertCases...) }
