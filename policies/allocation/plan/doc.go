// Package plan holds the planners of allocators. They decide how many replicas of which deployment
// provide the wanted capacity. Each has its own file. To add one, copy cheapestfirst.go. Then add a
// line to policies/registry/stages.go (planRules).
package plan
