//go:build !linux

package main

import "runtime/debug"

// settle gives back the memory that only the start needed.
func settle() { debug.FreeOSMemory() }
