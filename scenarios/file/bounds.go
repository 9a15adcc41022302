package file

import (
	"fmt"
	"strings"
	"time"
	"wavetank/scenarios/strict"
	"wavetank/sim/quantity"
)

// namesIn returns the paths of the names in a list of n entries. For an empty list it returns the
// path of a first name, so that a fault of the whole list counts.
func namesIn(list string, n int) (paths []string) {
	for i := range max(1, n) {
		paths = append(paths, fmt.Sprintf("%s[%d].name", list, i))
	}
	return paths
}

// unwritten reports whether a name is given, but is empty.
func unwritten(name *strict.Node) bool {
	return name != nil && name.Shape() == strict.Text && name.Text() == ""
}

// checkName reports a faulty name.
func checkName(report func(path, message string), path, name string) {
	if wrong := strict.Name(name); wrong != "" {
		report(path, wrong)
	}
}

func checkAccuracy(report func(path, message string), least float64) {
	if least < 0 || least > 100 {
		report("min-accuracy", fmt.Sprintf("%v is outside 0 to 100", least))
	}
}

func checkWork(report func(path, message string), work quantity.Factor) {
	if !(work >= 1e-6 && work <= 1e6) {
		report("work", fmt.Sprintf("%v is outside 0.000001x to 1000000x", work))
	}
}

func positive(report func(path, message string), path string, d quantity.Duration) {
	if d <= 0 {
		report(path, fmt.Sprintf("%v is not positive", d))
	}
}

func nonNegative(report func(path, message string), path string, d quantity.Duration) {
	if d < 0 {
		report(path, fmt.Sprintf("%v is negative", d))
	}
}

// JoinPath returns the path of a key below a path. A key with special characters is quoted.
func JoinPath(path, key string) string {
	switch {
	case key == "" || strings.ContainsAny(key, ".[]\"= \t\n"):
		return fmt.Sprintf("%s[%q]", path, key)
	case path == "":
		return key
	}
	return path + "." + key
}

// checkShares reports shares outside 0 to 1e9, and shares that are all zero.
func checkShares(shares strict.Ordered[float64], path string, report func(path, message string)) {
	sum, sound := 0.0, len(shares) > 0
	for _, s := range shares {
		if !(s.Value >= 0 && s.Value <= 1e9) {
			report(JoinPath(path, s.Key), fmt.Sprintf("%v is outside 0 to 1e9", s.Value))
			sound = false
		}
		sum += s.Value
	}
	if sound && sum == 0 {
		report(path, "all shares are zero")
	}
}

func named(report func(path, message string), file string) {
	if file == "" {
		report("file", "no file is named")
	}
}

// seldom reports a mean time between losses below 1 s, because a run with it would take too long.
func seldom(report func(path, message string), path string, d quantity.Duration) {
	if d < quantity.Duration(time.Second) {
		report(path, fmt.Sprintf("%v is shorter than 1s", d))
	}
}
