// Package control holds the controllers of allocators: how much capacity to ask the plan for. Each
// is a file of its own. To add one, copy follow.go, and name it in one line of
// policies/registry/stages.go (controlRules).
package control
