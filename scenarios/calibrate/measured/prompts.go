package measured

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"

	"wavetank/scenarios/wording"
	"wavetank/sim/tokens"
	"wavetank/workload/table"
)

// AddPrompts gives each request of a log the content of its prompt. The prefix cache compares
// contents to find common beginnings of prompts. The table has one row for each request, in the
// order of the log file. Its column input_tok_ids, input_token_ids or prompt_token_ids lists the
// tokens of the prompt.
func AddPrompts(t *table.Table, log []LoggedRequest, block int) error {
	names := []string{"input_tok_ids", "input_token_ids", "prompt_token_ids"}
	column, _ := t.Find(names...)
	if column == "" {
		return t.Missing(names...)
	}
	if t.Len() < len(log) {
		return fmt.Errorf("%s: there are prompts of %d of the %s of the log", t.Name, t.Len(), wording.Counted(int64(len(log)), "request"))
	}
	order := make([]int, len(log))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(log[a].Line, log[b].Line) })
	var faults []error
	for row, i := range order {
		var ids []int64
		if err := json.Unmarshal([]byte(t.Text(row, column)), &ids); err != nil {
			faults = append(faults, t.Fault(row, column, "is not a list of whole numbers"))
		} else if len(ids) != int(log[i].Input) {
			faults = append(faults, t.Fault(row, column, "%s, not the %d of the request in line %d of the log", wording.Counted(int64(len(ids)), "token"), log[i].Input, log[i].Line))
		} else {
			log[i].Content = contentOf(ids, block)
		}
		if len(faults) == table.MostTold {
			break
		}
	}
	return table.Join(faults...)
}

// contentOf returns a content with one segment for each block. The number of a segment is a hash of
// all tokens from the start of the prompt to the end of the block.
func contentOf(ids []int64, block int) *tokens.Content {
	c := &tokens.Content{}
	known := uint64(1)
	for part := range slices.Chunk(ids, block) {
		for _, id := range part {
			known = bits.RotateLeft64(known^uint64(id)*0x9e3779b97f4a7c15, 29)*0xbf58476d1ce4e5b9 + 1
		}
		c.Prefix = append(c.Prefix, tokens.Segment{Content: known | 1<<62, Tokens: int32(len(part))})
	}
	return c
}

// MostDecoding returns the largest number of requests that were between their first and last token
// at the same time.
func MostDecoding(log []LoggedRequest) (most int) {
	type change struct {
		at float64
		by int
	}
	var all []change
	for _, m := range log {
		if m.First > 0 {
			all = append(all, change{m.First, 1}, change{m.Last, -1})
		}
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), a.by-b.by) })
	n := 0
	for _, c := range all {
		n += c.by
		most = max(most, n)
	}
	return most
}
