package validation

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Claim is a row of a table of theory: what it says a quantity of a system is.
type Claim struct {
	Line                     int
	Family, Params, Quantity string
	Text                     string // of the value
	Value                    float64
}

// claimed are the columns of a table of theory.
var claimed = []string{"model", "params", "quantity", "value"}

// mostFaults is the most faults of a table that are told.
const mostFaults = 20

// ReadClaims reads a table of theory: comma-separated with a header, whose columns are model, params, quantity and value
// in any order; others are left alone. The error joins the faults, each with file, line, column and field.
func ReadClaims(name string, in io.Reader) ([]Claim, error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty", name)
	}
	if err == nil && !utf8.ValidString(strings.Join(header, "")) {
		return nil, fmt.Errorf("%s: the file is binary, not text", name)
	}
	if err != nil {
		return nil, broken(name, err)
	}
	places, err := placesOf(name, header)
	if err != nil {
		return nil, err
	}
	var list []Claim
	var faults []error
	for len(faults) < mostFaults {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, broken(name, err))
			break // what follows a broken quote is not in fields
		}
		c, wrong := claim(name, r, record, len(header), places)
		list, faults = append(list, c), append(faults, wrong...)
	}
	if len(list) == 0 && len(faults) == 0 {
		faults = append(faults, fmt.Errorf("%s: the file has no rows", name))
	}
	return list, errors.Join(faults...)
}

// broken tells where a file is no table.
func broken(name string, err error) error {
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("%s:%d:%d: %w", name, at.Line, at.Column, at.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// placesOf finds the columns.
func placesOf(name string, header []string) (places []int, err error) {
	header = slices.Clone(header)
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	var faults []error
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	for _, column := range claimed {
		at := slices.Index(header, column)
		places = append(places, at)
		if at < 0 {
			faults = append(faults, fmt.Errorf("%s:1: %s: this column is missing; there are %s", name, column, strings.Join(header, ", ")))
		}
	}
	return places, errors.Join(faults...)
}

// claim reads a row.
func claim(name string, r *csv.Reader, record []string, width int, places []int) (c Claim, faults []error) {
	c.Line, _ = r.FieldPos(0)
	if len(record) != width {
		return c, []error{fmt.Errorf("%s:%d: %d fields, but the header has %d", name, c.Line, len(record), width)}
	}
	for i, into := range []*string{&c.Family, &c.Params, &c.Quantity, &c.Text} {
		if *into = strings.TrimSpace(record[places[i]]); *into == "" {
			line, column := r.FieldPos(places[i])
			faults = append(faults, fmt.Errorf("%s:%d:%d: %s: the field is empty", name, line, column, claimed[i]))
		}
	}
	var err error
	if c.Value, err = strconv.ParseFloat(c.Text, 64); c.Text != "" && (err != nil || math.IsNaN(c.Value) || math.IsInf(c.Value, 0)) {
		line, column := r.FieldPos(places[3])
		faults = append(faults, fmt.Errorf("%s:%d:%d: value: %q is not a finite number", name, line, column, c.Text))
	}
	return c, faults
}

// holds reports whether a value is what the claim says: up to the digits that formulas of double precision lose, or,
// where the claim is written with at least four digits, to less than one unit of the last: rounded or cut off.
func (c *Claim) holds(exact float64) bool {
	if math.Abs(exact-c.Value) <= 1e-9*max(math.Abs(exact), math.Abs(c.Value)) {
		return true
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(strings.TrimLeft(c.Text, "+-")), "e")
	whole, places, _ := strings.Cut(mantissa, ".")
	if len(strings.TrimLeft(whole+places, "0")) < 4 {
		return false
	}
	shift, _ := strconv.Atoi(exponent) // none, or read as a part of the value before
	return math.Abs(exact-c.Value) < math.Pow10(shift-len(places))
}
