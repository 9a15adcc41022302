package strict

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"wavetank/sim/spelling"
)

// text fills a value whose type reads itself from text.
func (d *Decoder) text(n *Node, into encoding.TextUnmarshaler) {
	switch {
	case n.kind == Null:
		d.Fault(n, "nothing is written here")
		return
	case !n.IsScalar():
		d.Fault(n, "want one value, not "+n.Describe())
		return
	}
	if err := into.UnmarshalText([]byte(n.text)); err != nil {
		d.Fault(n, err.Error())
	}
}

// scalar fills text, a number, true or false.
func (d *Decoder) scalar(n *Node, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		d.str(n, v)
	case reflect.Bool:
		if n.kind != Bool {
			d.mismatch(n, v.Type())
			return
		}
		v.SetBool(strings.EqualFold(n.text, "true"))
	case reflect.Float32, reflect.Float64:
		number, ok := d.number(n, v.Type())
		if ok && v.OverflowFloat(number) {
			d.Fault(n, n.text+" is too large")
		} else if ok {
			v.SetFloat(number)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if whole, ok := d.whole(n, v.Type()); ok {
			if v.OverflowInt(whole) {
				d.Fault(n, n.text+" is out of range")
				return
			}
			v.SetInt(whole)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.unsigned(n, v)
	default:
		panic("strict: decode into " + v.Type().String())
	}
}

// str fills a text. If its type is a Chooser, the text must be one of the choices.
func (d *Decoder) str(n *Node, v reflect.Value) {
	if n.kind != Text {
		message := "want text, not " + n.Describe()
		if n.IsScalar() {
			message += fmt.Sprintf("; write %q", n.text)
		}
		d.Fault(n, message)
		return
	}
	if r, found := control(n.text); found {
		d.Fault(n, fmt.Sprintf("the text has the control character %q in it", r))
		return
	}
	n.text = d.present(n, v.Addr().Interface(), n.text)
	if chooser, ok := v.Addr().Interface().(Chooser); ok && !slices.Contains(chooser.Choices(), n.text) {
		d.Fault(n, fmt.Sprintf("%q is not one of %s%s", n.text, strings.Join(chooser.Choices(), ", "), spelling.Meant(n.text, chooser.Choices())))
		return
	}
	v.SetString(n.text)
}

// number reads a finite number.
func (d *Decoder) number(n *Node, t reflect.Type) (float64, bool) {
	if n.kind != Number {
		d.mismatch(n, t)
		return 0, false
	}
	number, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
	if whole, wrong := parseWhole(n.text); wrong == nil && !n.decimal {
		number, err = float64(whole), nil
	}
	if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
		d.Fault(n, n.text+" is not a finite decimal number")
		return 0, false
	}
	if size := math.Abs(number); size > most || size < least && size != 0 {
		d.Fault(n, fmt.Sprintf("%s is out of range: numbers are 0, or from %v to %v in size", n.text, least, most))
		return 0, false
	}
	return number, true
}

// The absolute value of a number other than 0 must lie between these. Sums and products of other
// numbers could overflow.
const least, most = 1e-12, 1e+15

// whole reads an integer. A decimal number with a whole value, such as 1e6, is an integer, too.
func (d *Decoder) whole(n *Node, t reflect.Type) (int64, bool) {
	if n.kind != Number {
		d.mismatch(n, t)
		return 0, false
	}
	if !n.decimal {
		whole, err := parseWhole(n.text)
		if err != nil {
			d.Fault(n, n.text+" is not a whole number that can be kept")
		}
		return whole, err == nil
	}
	const exact = 1 << 53
	number, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
	if err != nil || number != math.Trunc(number) || math.Abs(number) > exact {
		d.Fault(n, "want a whole number, not "+n.text)
		return 0, false
	}
	return int64(number), true
}

// unsigned fills an unsigned integer, which may be too large for int64.
func (d *Decoder) unsigned(n *Node, v reflect.Value) {
	if large, err := strconv.ParseUint(n.text, 10, 64); err == nil && large > math.MaxInt64 && !v.OverflowUint(large) {
		v.SetUint(large)
		return
	}
	whole, ok := d.whole(n, v.Type())
	switch {
	case !ok:
	case whole < 0 || v.OverflowUint(uint64(whole)):
		d.Fault(n, n.text+" is out of range")
	default:
		v.SetUint(uint64(whole))
	}
}

// parseWhole reads a decimal, 0x, 0o or 0b integer. A leading zero is refused, because some readers
// take it for base 8 and others for base 10.
func parseWhole(text string) (int64, error) {
	digits := strings.TrimLeft(strings.ReplaceAll(text, "_", ""), "+-")
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return 0, fmt.Errorf("%s has a leading zero", text)
	}
	return strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 0, 64)
}
