package records

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// unfoldQuery unfolds the answer of Prometheus to a range query: a row for each sample of each
// series. The series is named by its labels.
func unfoldQuery(document row, _ int, emit func(row)) error {
	if document["status"] != "success" {
		return fmt.Errorf("the query failed: %v", document["error"])
	}
	if kind := at(document, "data", "resultType"); kind != "matrix" {
		return fmt.Errorf("data.resultType is %v: want matrix, the answer to a range query (query_range)", kind)
	}
	for _, series := range list(document, "data", "result") {
		name := labels(at(series, "metric"))
		if list(series, "values") == nil {
			return errors.New("data.result: a series has no values")
		}
		for _, sample := range list(series, "values") {
			pair, _ := sample.([]any)
			if len(pair) != 2 {
				return errors.New("data.result: a sample is not an instant with a value")
			}
			emit(row{"time": pair[0], "series": name, "value": pair[1]})
		}
	}
	return nil
}

// labels writes labels as Prometheus does.
func labels(value any) string {
	named, _ := value.(map[string]any)
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if name != "__name__" {
			parts = append(parts, fmt.Sprintf("%s=%q", name, named[name]))
		}
	}
	metric, _ := named["__name__"].(string)
	return metric + "{" + strings.Join(parts, ",") + "}"
}
