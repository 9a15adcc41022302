// Package trace reads recorded requests in the forms of published traces. It also reads when
// machines were available, and prices over time.
package trace
