package value

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func decimal(t *testing.T, text string) Decimal {
	t.Helper()
	v, ok := ParseDecimal(text)
	if !ok {
		t.Fatal(text)
	}
	return ToDecimal(v)
}

func shown(d Decimal) string {
	v, _ := d.Value().Decimal128OK()
	return v.String()
}

// TestCurves holds functions to digits that tables give.
func TestCurves(t *testing.T) {
	for _, c := range []struct {
		name    string
		curve   Curve
		x, want string
	}{
		{"exp", Exp, "1", "2.718281828459045235360287471352662"}, {"exp", Exp, "0", "1"}, {"exp", Exp, "-Infinity", "0"}, {"exp", Exp, "Infinity", "Infinity"}, {"exp", Exp, "NaN", "NaN"}, {"exp", Exp, "99999", "Infinity"},
		{"log", Log, "2", "0.6931471805599453094172321214581766"}, {"log", Log, "10", "2.302585092994045684017991454684364"}, {"log", Log, "1", "0"}, {"log", Log, "Infinity", "Infinity"},
		{"log10", Log10, "1E+6000", "6000"}, {"log10", Log10, "0.001", "-3"}, {"sqrt", Sqrt, "2", "1.414213562373095048801688724209698"}, {"sqrt", Sqrt, "144", "12"}, {"sqrt", Sqrt, "1E-6000", "1E-3000"},
		{"sin", Sin, "1", "0.8414709848078965066525023216302990"}, {"cos", Cos, "1", "0.5403023058681397174009366074429766"}, {"tan", Tan, "1", "1.557407724654902230506974807458360"},
		{"sin", Sin, "1E+22", "-0.8522008497671888017727058937530294"}, {"atan", Atan, "1", "0.7853981633974483096156608458198757"}, {"atan", Atan, "-Infinity", "-1.570796326794896619231321691639751"},
		{"asin", Asin, "1", "1.570796326794896619231321691639751"}, {"asin", Asin, "0.5", "0.5235987755982988730771072305465838"}, {"acos", Acos, "-1", "3.141592653589793238462643383279503"}, {"acos", Acos, "1", "0"},
		{"sinh", Sinh, "1", "1.175201193643801456882381850595601"}, {"cosh", Cosh, "1", "1.543080634815243778477905620757062"}, {"tanh", Tanh, "1", "0.7615941559557648881194582826047936"}, {"tanh", Tanh, "-1E+300", "-1"},
		{"asinh", Asinh, "1", "0.8813735870195430252326093249797923"}, {"asinh", Asinh, "1E-40", "1.000000000000000000000000000000000E-40"}, {"acosh", Acosh, "1", "0"}, {"acosh", Acosh, "2", "1.316957896924816708625046347307968"}, {"atanh", Atanh, "0.5", "0.5493061443340548456976226184612629"},
		{"atanh", Atanh, "1", "Infinity"}, {"radians", Radians, "180", "3.141592653589793238462643383279503"}, {"degrees", Degrees, "3.141592653589793238462643383279503", "180.0000000000000000000000000000000"},
	} {
		if got := shown(decimal(t, c.x).Apply(c.curve)); !sameDigits(got, c.want) {
			t.Errorf("%s %s: got %s, want %s", c.name, c.x, got, c.want)
		}
	}
}

// sameDigits compares numbers but for zeros at their ends.
func sameDigits(a, b string) bool {
	x, _ := bson.ParseDecimal128(a)
	y, _ := bson.ParseDecimal128(b)
	return a == b || !strings.ContainsAny(a+b, "aI") && ToDecimal(decimalValue(x)).subtract(ToDecimal(decimalValue(y))).c.Sign() == 0
}

// TestCurvesAgreeWithDoubles compares with the functions of doubles at random places.
func TestCurvesAgreeWithDoubles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, c := range map[string]struct {
		curve  Curve
		double func(float64) float64
		least  float64
		most   float64
	}{
		"exp": {Exp, math.Exp, -50, 50}, "log": {Log, math.Log, 1e-9, 1e9}, "log10": {Log10, math.Log10, 1e-9, 1e9}, "sqrt": {Sqrt, math.Sqrt, 0, 1e9}, "sin": {Sin, math.Sin, -100, 100}, "cos": {Cos, math.Cos, -100, 100},
		"tan": {Tan, math.Tan, -1.5, 1.5}, "asin": {Asin, math.Asin, -1, 1}, "acos": {Acos, math.Acos, -1, 1}, "atan": {Atan, math.Atan, -100, 100}, "sinh": {Sinh, math.Sinh, -20, 20}, "cosh": {Cosh, math.Cosh, -20, 20},
		"tanh": {Tanh, math.Tanh, -3, 3}, "asinh": {Asinh, math.Asinh, -1e3, 1e3}, "acosh": {Acosh, math.Acosh, 1, 1e3}, "atanh": {Atanh, math.Atanh, -1, 1},
	} {
		for range 50 {
			x := c.least + r.Float64()*(c.most-c.least)
			got, _ := c.curve(new(big.Float).SetPrec(precision).SetFloat64(x)).Float64()
			if want := c.double(x); math.Abs(got-want) > 1e-12*math.Max(1, math.Abs(want)) {
				t.Errorf("%s %v: got %v, want %v", name, x, got, want)
			}
		}
	}
}

func TestPowersAndAngles(t *testing.T) {
	for _, c := range [][3]string{
		{"2", "10", "1024"}, {"10", "-3", "0.001"}, {"2", "0.5", "1.414213562373095048801688724209698"}, {"-2", "3", "-8"}, {"-2", "0.5", "NaN"}, {"0", "0", "1"}, {"0", "5", "0"}, {"10", "7000", "Infinity"},
		{"Infinity", "-1", "0"}, {"1.5", "2", "2.25"}, {"NaN", "0", "1"},
	} {
		if got := shown(decimal(t, c[0]).Power(decimal(t, c[1]))); !sameDigits(got, c[2]) {
			t.Errorf("%s^%s: got %s, want %s", c[0], c[1], got, c[2])
		}
	}
	for _, c := range [][3]string{
		{"1", "1", "0.7853981633974483096156608458198757"}, {"0", "-1", "3.141592653589793238462643383279503"}, {"-1", "0", "-1.570796326794896619231321691639751"}, {"0", "0", "0"}, {"-1", "-1", "-2.356194490192344928846982537459627"},
		{"Infinity", "Infinity", "0.7853981633974483096156608458198757"}, {"5", "-Infinity", "3.141592653589793238462643383279503"}, {"NaN", "1", "NaN"},
	} {
		if got := shown(Angle(decimal(t, c[0]), decimal(t, c[1]))); !sameDigits(got, c[2]) {
			t.Errorf("atan2(%s, %s): got %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestRounded(t *testing.T) {
	for _, c := range []struct {
		x    string
		e    int
		mode Rounding
		want string
	}{
		{"2.5", 0, HalfEven, "2"}, {"3.5", 0, HalfEven, "4"}, {"-2.5", 0, HalfEven, "-2"}, {"2.51", 0, HalfEven, "3"}, {"-2.51", 0, TowardsZero, "-2"}, {"-2.1", 0, Floor, "-3"}, {"2.1", 0, Ceiling, "3"}, {"-2.9", 0, Ceiling, "-2"},
		{"1.5", -2, HalfEven, "1.50"}, {"1234", 2, HalfEven, "1.2E+3"}, {"1E+3", 0, HalfEven, "1000"}, {"1E+40", 0, HalfEven, "1E+40"}, {"Infinity", 0, Floor, "Infinity"}, {"1E-6000", 0, Ceiling, "1"}, {"0.00", 0, Floor, "0"},
	} {
		if got := shown(decimal(t, c.x).Rounded(c.e, c.mode)); got != c.want {
			t.Errorf("%s to 10^%d: got %s, want %s", c.x, c.e, got, c.want)
		}
	}
}
