// Package admission holds the admissions. Each is one rule that says which requests are turned away
// as they arrive. To add an admission, copy always.go, or earlydrop.go if it depends on the fleet.
// Then add a line to policies/registry/admissions.go.
package admission
