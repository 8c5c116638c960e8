package expression

import (
	"math"
	"math/big"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// curve is a function of one number: a decimal gives a decimal, any other number a double.
type curve struct {
	double  func(float64) float64
	decimal value.Curve
	domain  domain
}

// A domain is what a function is defined for, and the code of the error for what is beyond. NaN is always in it.
type domain struct {
	least, most float64
	open        bool // without its ends
	code        int32
}

var (
	everywhere = domain{least: math.Inf(-1), most: math.Inf(1)}
	finite     = domain{least: math.Inf(-1), most: math.Inf(1), open: true, code: 50989}
	unit       = domain{least: -1, most: 1, code: 50989}
	fromOne    = domain{least: 1, most: math.Inf(1), code: 50989}
	positive   = domain{least: 0, most: math.Inf(1), open: true}
)

// withCode is d with the code of an error.
func (d domain) withCode(code int32) domain {
	d.code = code
	return d
}

func (d domain) holds(v bson.RawValue) bool {
	if value.IsNaN(v) {
		return true
	}
	low, high := compare(nil, v, value.Double(d.least)), compare(nil, v, value.Double(d.most))
	if d.open {
		return low > 0 && (high < 0 || d.most == math.Inf(1) && d.least == 0)
	}
	return low >= 0 && high <= 0
}

var curves = value.Table[parsing]{
	"$exp":              {Summary: "Raises e to a power.", Parse: curve{math.Exp, value.Exp, everywhere}.parsing("$exp")},
	"$ln":               {Summary: "Returns the natural logarithm of a number.", Parse: curve{math.Log, value.Log, positive.withCode(28766)}.parsing("$ln")},
	"$log10":            {Summary: "Returns the logarithm of a number to the base ten.", Parse: curve{log10, value.Log10, positive.withCode(28761)}.parsing("$log10")},
	"$sqrt":             {Summary: "Returns the square root of a number.", Parse: curve{math.Sqrt, value.Sqrt, domain{least: 0, most: math.Inf(1), code: 28714}}.parsing("$sqrt")},
	"$sin":              {Summary: "Returns the sine of an angle in radians.", Parse: curve{math.Sin, value.Sin, finite}.parsing("$sin")},
	"$cos":              {Summary: "Returns the cosine of an angle in radians.", Parse: curve{math.Cos, value.Cos, finite}.parsing("$cos")},
	"$tan":              {Summary: "Returns the tangent of an angle in radians.", Parse: curve{math.Tan, value.Tan, finite}.parsing("$tan")},
	"$asin":             {Summary: "Returns the arc sine of a number in radians.", Parse: curve{math.Asin, value.Asin, unit}.parsing("$asin")},
	"$acos":             {Summary: "Returns the arc cosine of a number in radians.", Parse: curve{math.Acos, value.Acos, unit}.parsing("$acos")},
	"$atan":             {Summary: "Returns the arc tangent of a number in radians.", Parse: curve{math.Atan, value.Atan, everywhere}.parsing("$atan")},
	"$sinh":             {Summary: "Returns the hyperbolic sine of a number.", Parse: curve{math.Sinh, value.Sinh, everywhere}.parsing("$sinh")},
	"$cosh":             {Summary: "Returns the hyperbolic cosine of a number.", Parse: curve{math.Cosh, value.Cosh, everywhere}.parsing("$cosh")},
	"$tanh":             {Summary: "Returns the hyperbolic tangent of a number.", Parse: curve{math.Tanh, value.Tanh, everywhere}.parsing("$tanh")},
	"$asinh":            {Summary: "Returns the inverse hyperbolic sine of a number.", Parse: curve{math.Asinh, value.Asinh, everywhere}.parsing("$asinh")},
	"$acosh":            {Summary: "Returns the inverse hyperbolic cosine of a number.", Parse: curve{math.Acosh, value.Acosh, fromOne}.parsing("$acosh")},
	"$atanh":            {Summary: "Returns the inverse hyperbolic tangent of a number.", Parse: curve{math.Atanh, value.Atanh, unit}.parsing("$atanh")},
	"$degreesToRadians": {Summary: "Converts an angle from degrees to radians.", Parse: curve{func(f float64) float64 { return f * (math.Pi / 180) }, value.Radians, everywhere}.parsing("$degreesToRadians")},
	"$radiansToDegrees": {Summary: "Converts an angle from radians to degrees.", Parse: curve{func(f float64) float64 { return f * (180 / math.Pi) }, value.Degrees, everywhere}.parsing("$radiansToDegrees")},
	"$atan2":            {Summary: "Returns the angle of the point (x, y); its arguments are y and x.", Parse: exactly(2, angle)},
	"$log":              {Summary: "Returns the logarithm of a number to a base.", Parse: exactly(2, logarithm)},
	"$pow":              {Summary: "Raises a number to a power.", Parse: exactly(2, power)},
}

// log10 is exact where its result is whole.
func log10(f float64) float64 {
	r := math.Log10(f)
	if n := math.Round(r); n >= -300 && n <= 308 && math.Pow10(int(n)) == f {
		return n
	}
	return r
}

// hard is about what a function of a decimal takes, in the units of pace.
const hard = 5_000

func (c curve) parsing(name string) parsing {
	return exactly(1, func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		v := args[0]
		switch {
		case absent(v):
			return value.Null
		case !v.IsNumber():
			return x.fail(28765, "%s only supports numeric types, not %s", name, value.TypeName(v))
		case !c.domain.holds(v):
			return x.fail(c.domain.code, "cannot apply %s to %v: the value is not one that it is defined for", name, v)
		case v.Type == bson.TypeDecimal128:
			if !x.Step(hard) {
				return bson.RawValue{}
			}
			return value.ToDecimal(v).Apply(c.decimal).Value()
		}
		return value.Double(c.double(value.AsDouble(v)))
	})
}

func angle(x *Evaluation, args []bson.RawValue) bson.RawValue {
	y, at := args[0], args[1]
	switch {
	case absent(y) || absent(at):
		return value.Null
	case !y.IsNumber():
		return x.fail(51044, "$atan2 only supports numeric types, not %s and %s", value.TypeName(y), value.TypeName(at))
	case !at.IsNumber():
		return x.fail(51045, "$atan2 only supports numeric types, not %s and %s", value.TypeName(y), value.TypeName(at))
	}
	if y.Type != bson.TypeDecimal128 && at.Type != bson.TypeDecimal128 {
		return value.Double(math.Atan2(value.AsDouble(y), value.AsDouble(at)))
	}
	if !x.Step(hard) {
		return bson.RawValue{}
	}
	return value.Angle(value.ToDecimal(y), value.ToDecimal(at)).Value()
}

func logarithm(x *Evaluation, args []bson.RawValue) bson.RawValue {
	v, base := args[0], args[1]
	switch {
	case absent(v) || absent(base):
		return value.Null
	case !v.IsNumber():
		return x.fail(28756, "$log's argument must be numeric, not %s", value.TypeName(v))
	case !base.IsNumber():
		return x.fail(28757, "$log's base must be numeric, not %s", value.TypeName(base))
	case !positive.holds(v):
		return x.fail(28758, "$log's argument must be a positive number, but is %v", v)
	case !positive.holds(base) || compare(nil, base, value.Int32(1)) == 0:
		return x.fail(28759, "$log's base must be a positive number not equal to 1, but is %v", base)
	}
	double := func(v, base float64) float64 { return math.Log(v) / math.Log(base) }
	if v.Type != bson.TypeDecimal128 && base.Type != bson.TypeDecimal128 {
		return value.Double(double(value.AsDouble(v), value.AsDouble(base)))
	}
	if !x.Step(2 * hard) {
		return bson.RawValue{}
	}
	return value.ToDecimal(v).Apply2(value.ToDecimal(base), value.LogTo, double).Value()
}

func power(x *Evaluation, args []bson.RawValue) bson.RawValue {
	base, exponent := args[0], args[1]
	switch {
	case absent(base) || absent(exponent):
		return value.Null
	case !base.IsNumber():
		return x.fail(28762, "$pow's base must be numeric, not %s", value.TypeName(base))
	case !exponent.IsNumber():
		return x.fail(28763, "$pow's exponent must be numeric, not %s", value.TypeName(exponent))
	case value.IsZero(base) && value.IsNegative(exponent) && !value.IsNaN(exponent):
		return x.fail(28764, "$pow cannot take a base of 0 and a negative exponent")
	}
	if base.Type == bson.TypeDecimal128 || exponent.Type == bson.TypeDecimal128 {
		if !x.Step(2 * hard) {
			return bson.RawValue{}
		}
		return value.ToDecimal(base).Power(value.ToDecimal(exponent)).Value()
	}
	b, whole := value.Integer(base)
	n, wholeToo := value.Integer(exponent)
	if result, ok := integerPower(b, n); ok && whole && wholeToo {
		if base.Type == bson.TypeInt32 && exponent.Type == bson.TypeInt32 {
			return value.Narrow(result)
		}
		return value.Int64(result)
	}
	return value.Double(math.Pow(value.AsDouble(base), value.AsDouble(exponent)))
}

// integerPower is b^n if that is a long.
func integerPower(b, n int64) (result int64, ok bool) {
	switch {
	case b == 0 && n > 0:
		return 0, true
	case b == 1 || b == -1 && n&1 == 0:
		return 1, true
	case b == -1:
		return -1, true
	case n < 0 || n > 63:
		return 0, false
	}
	all := new(big.Int).Exp(big.NewInt(b), big.NewInt(n), nil)
	return all.Int64(), all.IsInt64()
}
