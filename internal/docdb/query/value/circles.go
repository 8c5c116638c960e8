package value

import "math/big"

// quarters is x less whole quarters of a circle, and how many they are modulo four.
func quarters(x *big.Float) (rest *big.Float, n int) {
	bits := uint(precision + max(0, x.MantExp(nil)))
	quarter := pi(bits)
	quarter.SetMantExp(quarter, -1)
	wide := func() *big.Float { return new(big.Float).SetPrec(bits) }
	count, _ := wide().Quo(x, quarter).Int(nil)
	rest = number().Set(wide().Sub(wide().Set(x), wide().Mul(quarter, wide().SetInt(count))))
	return rest, int(new(big.Int).And(count, big.NewInt(3)).Int64())
}

// alternating is first - first·x²/(a·(a+1)) + ...: a sine's series with a = 2, a cosine's with a = 1. With sign 1 it does not
// alternate and is that of a hyperbolic function.
func alternating(first, x *big.Float, a, sign int64) *big.Float {
	square := times(x, x)
	return series(first, func(term *big.Float, n int64) *big.Float {
		k := 2*(n-1) + a
		return over(times(term, square), whole(sign*k*(k+1)))
	})
}

// Sin is the sine of x.
func Sin(x *big.Float) *big.Float {
	rest, n := quarters(x)
	return turn(rest, n)
}

// Cos is the cosine of x.
func Cos(x *big.Float) *big.Float {
	rest, n := quarters(x)
	return turn(rest, n+1)
}

// turn is the sine of x and n quarters.
func turn(x *big.Float, n int) (y *big.Float) {
	if n&1 == 0 {
		y = alternating(x, x, 2, -1)
	} else {
		y = alternating(whole(1), x, 1, -1)
	}
	if n&2 != 0 {
		y.Neg(y)
	}
	return y
}

// Tan is the tangent of x.
func Tan(x *big.Float) *big.Float { return over(Sin(x), Cos(x)) }

// Atan is the arc tangent of x.
func Atan(x *big.Float) *big.Float {
	if x.IsInf() || x.MantExp(nil) > 0 && number().Abs(x).Cmp(whole(1)) > 0 {
		y := minus(halfPi(), Atan(over(whole(1), number().Abs(x))))
		if x.Sign() < 0 {
			y.Neg(y)
		}
		return y
	}
	const halvings = 8
	for range halvings {
		x = over(x, plus(whole(1), root(plus(whole(1), times(x, x)))))
	}
	power, square := number().Set(x), times(x, x)
	y := series(x, func(_ *big.Float, n int64) *big.Float {
		power = times(power, number().Neg(square))
		return over(power, whole(2*n+1))
	})
	return y.SetMantExp(y, halvings)
}

// Asin is the arc sine of x, which is from -1 to 1.
func Asin(x *big.Float) *big.Float {
	return twice(Atan(over(x, plus(whole(1), root(times(minus(whole(1), x), plus(whole(1), x)))))))
}

// Acos is the arc cosine of x, which is from -1 to 1.
func Acos(x *big.Float) *big.Float {
	if x.Cmp(whole(-1)) == 0 {
		return twice(halfPi())
	}
	return twice(Atan(root(over(minus(whole(1), x), plus(whole(1), x)))))
}

// angle is the angle of the point (x, y). In infinity only the signs matter.
func angle(y, x *big.Float) *big.Float {
	if y.IsInf() || x.IsInf() {
		y, x = sideOf(y), sideOf(x)
	}
	switch {
	case x.Sign() > 0:
		return Atan(over(y, x))
	case x.Sign() == 0 && y.Sign() == 0:
		return number()
	case x.Sign() == 0:
		return times(halfPi(), whole(int64(y.Sign())))
	case y.Sign() < 0:
		return minus(Atan(over(y, x)), twice(halfPi()))
	}
	return plus(Atan(over(y, x)), twice(halfPi()))
}

// sideOf is where an infinite number lies, seen from where a finite one is nothing.
func sideOf(x *big.Float) *big.Float {
	if !x.IsInf() {
		return number()
	}
	return whole(int64(x.Sign()))
}

// Sinh is the hyperbolic sine of x.
func Sinh(x *big.Float) *big.Float {
	if below(x, 0) {
		return alternating(x, x, 2, 1)
	}
	return half(minus(Exp(x), Exp(number().Neg(x))))
}

// Cosh is the hyperbolic cosine of x.
func Cosh(x *big.Float) *big.Float { return half(plus(Exp(x), Exp(number().Neg(x)))) }

// Tanh is the hyperbolic tangent of x.
func Tanh(x *big.Float) *big.Float {
	if !below(x, 8) { // one, in all digits
		return whole(int64(x.Sign()))
	}
	return over(Sinh(x), Cosh(x))
}

// tiny is below what a logarithm near one would lose too much of. A few terms of a series are exact there.
const tiny = -64

func odd(x *big.Float, third, fifth *big.Float) *big.Float {
	square := times(x, x)
	return times(x, plus(whole(1), times(square, plus(third, times(square, fifth)))))
}

// Asinh is the inverse hyperbolic sine of x.
func Asinh(x *big.Float) *big.Float {
	if below(x, tiny) {
		return odd(x, over(whole(-1), whole(6)), over(whole(3), whole(40)))
	}
	a := number().Abs(x)
	y := Log(plus(a, root(plus(times(a, a), whole(1)))))
	if x.Sign() < 0 {
		y.Neg(y)
	}
	return y
}

// Acosh is the inverse hyperbolic cosine of x, which is 1 at least.
func Acosh(x *big.Float) *big.Float {
	return Log(plus(x, root(times(minus(x, whole(1)), plus(x, whole(1))))))
}

// Atanh is the inverse hyperbolic tangent of x, which is from -1 to 1.
func Atanh(x *big.Float) *big.Float {
	if below(x, tiny) {
		return odd(x, over(whole(1), whole(3)), over(whole(1), whole(5)))
	}
	return half(Log(over(plus(whole(1), x), minus(whole(1), x))))
}

// Radians and Degrees turn one measure of angles into the other.
func Radians(x *big.Float) *big.Float { return over(times(x, halfPi()), whole(90)) }

// Degrees turns radians into degrees.
func Degrees(x *big.Float) *big.Float { return over(times(x, whole(90)), halfPi()) }
