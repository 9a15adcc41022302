package measured

import (
	"strconv"

	"wavetank/workload/table"
)

// wholeTimes adds missing columns to a table of points, if they follow from others:
//   - ttft, with zeros, which mean "not measured"
//   - e2e, from tokens per second: if clients always wait for an answer, each waits for the number
//     of clients divided by the requests per second (Little's law)
//
// The column output_tokens_per_second counts tokens of answers. The column tokens_per_second counts
// tokens of prompts and answers.
func wholeTimes(t *table.Table) error {
	if hasOne(t, pointTTFTs...) || hasOne(t, pointTPOTs...) {
		return nil
	}
	if !hasOne(t, pointE2Es...) {
		in, e1 := t.Numbers(1, pointInputs...)
		out, e2 := t.Numbers(1, pointOutputs...)
		clients, e3 := t.Numbers(1, pointClients...)
		answers, e4 := t.Numbers(1e-9, "output_tokens_per_second")
		all, e5 := t.Numbers(1e-9, "tokens_per_second")
		if err := table.Join(e1, e2, e3, e4, e5); err != nil {
			return err
		}
		if in == nil || out == nil || clients == nil || answers == nil && all == nil {
			return nil
		}
		add(t, "e2e", func(i int) float64 {
			if answers != nil {
				return clients[i] * out[i] / answers[i]
			}
			return clients[i] * (in[i] + out[i]) / all[i]
		})
	}
	add(t, "ttft", func(int) float64 { return 0 })
	return nil
}

// add adds a column of numbers.
func add(t *table.Table, name string, value func(row int) float64) {
	t.Add(name, func(row int) string { return strconv.FormatFloat(value(row), 'g', -1, 64) })
}
