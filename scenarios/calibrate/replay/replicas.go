package replay

import (
	"fmt"
	"slices"

	"wavetank/scenarios/calibrate/measured"
)

// OfReplicas returns one load for each replica that a log names. If the log names none, it assumes
// that the given number of replicas served the requests in turn. At most limit requests are in
// flight. 0 means no limit.
func OfReplicas(name string, log []measured.LoggedRequest, limit, replicas int) []MeasuredLoad {
	var names []string
	parts := map[string][]measured.LoggedRequest{}
	for i, m := range log {
		key := m.Replica
		if key == "" && replicas > 1 {
			key = fmt.Sprint(i%replicas + 1)
		}
		if _, ok := parts[key]; !ok {
			names = append(names, key)
		}
		parts[key] = append(parts[key], m)
	}
	slices.Sort(names)
	var list []MeasuredLoad
	for _, key := range names {
		list = append(list, OfLog(name, parts[key], limit))
		list[len(list)-1].Replica = key
	}
	return list
}

// OfLog returns the load of a log of one replica. Every request becomes a row.
func OfLog(name string, log []measured.LoggedRequest, limit int) MeasuredLoad {
	e := MeasuredLoad{Name: name, Demand: Demand{Cap: limit}}
	for i, m := range log {
		e.Demand.Requests = append(e.Demand.Requests, TimedRequest{Arrival: m.Sent, Input: m.Input, Output: m.Output, Content: m.Content})
		r := MeasuredRow{From: i, To: i + 1, Queue: m.Queue, E2E: m.Last - m.Sent, Line: m.Line, Sent: m.Sent}
		if m.First > 0 {
			r.TTFT = m.First - m.Sent
		}
		e.Rows = append(e.Rows, r)
	}
	return e
}
