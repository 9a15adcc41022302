// Package distribution holds the distributions from which the properties of requests are drawn:
//
//   - Service: service times, gaps and pauses, relative to their mean
//   - Count: numbers of tokens and of turns
//   - Choice: one of several things, with their shares as probabilities
//
// A new Service or Count needs a file here, and in scenarios/file a type of its parameters and a
// line in serviceKinds or lengthKinds. It needs a case in service_test.go or count_test.go, which
// checks its mean and its variation, and a line in a table of docs/scenarios.md. A test in
// scenarios fails if that line is missing. Weibull is used only by trace generators; scenarios
// cannot name it.
package distribution
