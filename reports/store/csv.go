package store

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"wavetank/metrics/rows"
)

// encodeCSV writes the rows with a header. Values have the fewest digits that read back exactly. An
// infinite value is written as "+Inf", and an undefined one as "NaN".
func encodeCSV(list []rows.Row) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := []string{"scenario", "policy", "replication", "scope", "metric", "unit", "value"}
	if err := w.Write(line); err != nil {
		return nil, err
	}
	for _, r := range list {
		line[0], line[1], line[2] = r.Scenario, r.Policy, strconv.Itoa(r.Replication)
		line[3], line[4], line[5] = r.Scope, r.Metric, r.Unit
		line[6] = strconv.FormatFloat(r.Value, 'g', -1, 64)
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
