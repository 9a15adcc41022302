// Package distribution has the distributions that requests are drawn from:
//
//   - Service: service times, gaps and pauses, relative to their mean
//   - Count: numbers of tokens and of turns
//   - Choice: one of several things by their shares
//
// A new Service or Count is a file here, and in scenarios/file a type of its parameters and a line
// in serviceKinds or lengthKinds. Its case in service_test.go or count_test.go holds its mean and
// its variation. docs/scenarios.md has a line of it in a table: go test ./scenarios tells if not.
// Weibull serves the generators of traces alone: it is no kind of service in a scenario.
package distribution
