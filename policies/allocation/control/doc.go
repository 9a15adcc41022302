// Package control holds the controllers of allocators. They decide how much capacity the planner
// should provide. Each has its own file. To add one, copy follow.go. Then add a line to
// policies/registry/stages.go (controlRules).
package control
