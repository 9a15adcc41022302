package table

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Condition is what a row must have in a column. An empty value means an empty cell, or none.
type Condition struct {
	Column string
	Not    bool   // the cell must differ from Value
	Order  string // >, >=, < or <=: the cell must be a number in this order to Value; "": equality
	Value  string
	bound  float64
}

// orders are the signs of an order, the longer ones first.
var orders = []string{">=", "<=", ">", "<"}

// errNoCondition is the fault of a text that is not a condition.
var errNoCondition = errors.New("want column=value, column!=value or column>number")

// ParseCondition reads a condition: column=value, column!=value, or column>number with one of >,
// >=, < and <=.
func ParseCondition(text string) (c Condition, err error) {
	at := strings.IndexAny(text, "=!<>")
	if at <= 0 || text[at:] == "!" {
		return c, errNoCondition
	}
	sign := text[at:]
	if sign[0] == '=' {
		sign = sign[1:]
	} else if sign[0] == '!' && sign[1] != '=' {
		return c, errNoCondition
	}
	return NewCondition(text[:at], sign)
}

// NewCondition returns the condition of a column. What the cell must be is a value, or a value
// behind one of the signs !=, >, >=, < and <=.
func NewCondition(column, want string) (c Condition, err error) {
	c.Column = column
	if value, not := strings.CutPrefix(want, "!="); not {
		c.Not, c.Value = true, value
		return c, nil
	}
	for _, sign := range orders {
		if value, is := strings.CutPrefix(want, sign); is {
			c.Order, c.Value = sign, value
			if c.bound, err = ParseNumber([]byte(strings.TrimSpace(value))); err != nil {
				err = fmt.Errorf("%s%s: %w", column, want, err)
			}
			return c, err
		}
	}
	c.Value = want
	return c, nil
}

// Below returns the condition that the cells of a column are numbers below a bound.
func Below(column string, bound float64) Condition {
	return Condition{Column: column, Order: "<", Value: strconv.FormatFloat(bound, 'g', -1, 64), bound: bound}
}

// String writes the condition as ParseCondition reads it.
func (c Condition) String() string {
	if c.Not || c.Order != "" {
		return c.Column + c.Want()
	}
	return c.Column + "=" + c.Value
}

// Want writes what the cell must be, as NewCondition reads it.
func (c Condition) Want() string {
	if c.Not {
		return "!=" + c.Value
	}
	return c.Order + c.Value
}

// Met reports whether a cell meets the condition.
func (c *Condition) Met(cell []byte) bool {
	if c.Order == "" {
		return (string(cell) == c.Value) != c.Not
	}
	v, err := ParseNumber(cell)
	if err != nil {
		return false
	}
	switch c.Order {
	case ">":
		return v > c.bound
	case ">=":
		return v >= c.bound
	case "<":
		return v < c.bound
	}
	return v <= c.bound
}
