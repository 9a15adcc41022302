package trace

import (
	"bytes"
	"errors"

	"wavetank/workload/table"
)

// object reads a line that is a JSON object. Members without a use are passed over, whatever they hold.
func (t *requests) object(line []byte) error {
	rest, err := table.OpenObject(line)
	if err != nil {
		return err
	}
	for first := true; ; first = false {
		if rest = table.Blanks(rest); len(rest) > 0 && rest[0] == '}' {
			break
		}
		if !first {
			if len(rest) == 0 || rest[0] != ',' {
				return errors.New("the object does not end")
			}
			rest = table.Blanks(rest[1:])
		}
		var key, value []byte
		if key, value, rest, err = table.Member(rest); err != nil {
			return err
		}
		for i, name := range t.names {
			if string(key) == name && t.row.seen&t.uses[i] == 0 && !bytes.Equal(value, []byte("null")) {
				t.row.seen |= t.uses[i]
				t.field(i, value)
			}
		}
	}
	if len(table.Blanks(rest[1:])) > 0 {
		return errors.New("text follows the object")
	}
	t.missing(line)
	return nil
}

// missing notes the first member that the object should have.
func (t *requests) missing(line []byte) {
	absent := t.required &^ t.row.seen
	for i := 0; absent != 0 && i < len(t.uses); i++ {
		if t.uses[i]&absent == 0 {
			continue
		}
		t.row.late = t.row.late || t.uses[i]&useTime != 0
		if t.row.err == nil {
			t.row.err = &table.MissingColumn{Name: t.names[i], Found: table.Members(line), Member: true}
		}
	}
}
