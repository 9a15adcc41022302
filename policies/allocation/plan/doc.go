// Package plan holds the planners of allocators: how many replicas of which deployment provide the
// capacity that is wanted. Each is a file of its own. One that is to be added begins as a copy of
// cheapestfirst.go; the one line that names it stands in policies/registry/allocators.go.
package plan
