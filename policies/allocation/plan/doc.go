// Package plan holds the planners of allocators: how many replicas of which deployment provide the
// capacity that is wanted. Each is a file of its own. To add one, copy cheapestfirst.go, and name
// it in one line of policies/registry/stages.go (planRules).
package plan
