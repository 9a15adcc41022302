package builtin

import (
	"fmt"
	"slices"

	"golang.org/x/exp/constraints"

	"wavetank/scenarios/strict"
	"wavetank/sim/spelling"
)

func positive[T amount](report func(path, message string), path string, value T) {
	if !(value > 0) {
		report(path, fmt.Sprintf("must be positive, not %v", value))
	}
}

func notNegative[T amount](report func(path, message string), path string, value T) {
	if !(value >= 0) {
		report(path, fmt.Sprintf("must not be negative: %v", value))
	}
}

// named reports a faulty name.
func named(report func(path, message string), name string) {
	if wrong := strict.PartedName(name); wrong != "" {
		report("name", wrong)
	}
}

// repeated reports entries of a list with the name of an earlier entry.
func repeated[T any](list []T, name func(T) string, key string, report func(path, message string)) {
	for i := range list {
		first := slices.IndexFunc(list, func(other T) bool { return name(other) == name(list[i]) })
		if first < i {
			report(fmt.Sprintf("[%d].%s", i, key), fmt.Sprintf("%q is there already", name(list[i])))
		}
	}
}

// listedBy has the commands that print the names of long lists.
var listedBy = map[string]string{"machine": "wavetank list machines", "model": "wavetank list models", "step-time model": "wavetank list step-times"}

// find returns the entry with the given name.
func find[T any](list []T, name, what string, nameOf func(T) string) (T, error) {
	known := make([]string, len(list))
	for i, entry := range list {
		known[i] = nameOf(entry)
	}
	if at := slices.Index(known, name); at >= 0 {
		return list[at], nil
	}
	var none T
	meant := spelling.Suggest(name, known)
	if listed := listedBy[what]; meant == "" && listed != "" {
		meant = fmt.Sprintf(" (%s prints all)", listed)
	}
	return none, fmt.Errorf("unknown %s %q%s", what, name, meant)
}

// read decodes an embedded file.
func read(file string, data []byte, into any) error {
	doc, err := strict.Parse(file, data)
	if err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	if err := doc.Decode(into).Err(); err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	return nil
}

// amount is a type of numbers.
type amount interface {
	constraints.Integer | constraints.Float
}
