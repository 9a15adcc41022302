// Package admission holds the admissions: one rule each for which requests are turned away as they
// arrive.
package admission
