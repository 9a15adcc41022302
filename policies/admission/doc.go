// Package admission holds the admissions: one rule each for which requests are turned away as they
// arrive. An admission that is to be added begins as a copy of always.go, or of earlydrop.go where
// it looks at the fleet. One line in policies/registry/admissions.go names it.
package admission
