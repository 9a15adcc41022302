// Package trace reads recorded requests, and when machines were there, in the forms in which such
// traces are published.
package trace
