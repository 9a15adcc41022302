package workload

import "wavetank/sim/fleet"

// HandOver returns a source that shows what replicas that only decode are asked for: right behind
// every request whose answer other replicas decode, it gives the request again, as one of their
// model. The second one arrives at the instant of the first.
func HandOver(src Source, models []fleet.Model) Source { return &handOver{Source: src, models: models} }

// handOver is what HandOver returns.
type handOver struct {
	Source
	models []fleet.Model
	last   fleet.Request
	again  bool // the last request is to be shown as one of its decoder's
}

// Next implements Source.
func (h *handOver) Next(r *fleet.Request) bool {
	if h.again {
		h.again = false
		*r = h.last
		r.Model = h.models[r.Model].Decoder
		return true
	}
	if !h.Source.Next(&h.last) {
		return false
	}
	*r = h.last
	h.again = r.Output > 1 && h.models[r.Model].Decoder > 0
	return true
}
