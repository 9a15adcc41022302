// Package control holds the controllers of allocators: how much capacity to ask the plan for. Each
// is a file of its own. One that is to be added begins as a copy of follow.go; the one line that
// names it stands in policies/registry/allocators.go.
package control
