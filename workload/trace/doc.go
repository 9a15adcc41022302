// Package trace reads traces in the forms in which they are published: recorded requests, and the
// times at which machines were available.
package trace
