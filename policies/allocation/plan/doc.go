// Package plan holds the planners of allocators. They decide how many replicas of which deployment
// provide the wanted capacity. Each is a file of its own. To add one, copy cheapestfirst.go, and
// name it in one line of policies/registry/stages.go (planRules).
package plan
