//go:build !linux

package measure

import "runtime"

// Machine writes what is known of the machine into a row: how many processors it has.
func Machine(_ string, r Row) { r[Processors] = int64(runtime.NumCPU()) }
