package workload

import "wavetank/sim/fleet"

// HandOver returns a source that also shows the requests of decode models. After every request
// whose model has a Decoder, it returns the same request again with the decoder as its model. Both
// have the same arrival.
func HandOver(src Source, models []fleet.Model) Source { return &handOver{Source: src, models: models} }

// handOver is what HandOver returns.
type handOver struct {
	Source
	models []fleet.Model
	last   fleet.Request
	again  bool // the last request is to be returned again for its decoder
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
