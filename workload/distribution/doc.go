// Package distribution has the distributions that requests are drawn from: of service times, of
// gaps, of numbers of tokens, and of choices among things.
package distribution
