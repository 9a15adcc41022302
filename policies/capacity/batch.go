package capacity

import (
	"math"
	"sort"
	"time"

	"wavetank/sim/profile"
)

// WaitRule says how long a plan lets a request wait before its batch starts. The largest batch that
// meets an objective depends on it.
type WaitRule int

const (
	// NoWait allows for no wait (Proteus, ASPLOS 2024): a batch may take the whole objective.
	NoWait WaitRule = iota
	// FullBatch allows for a wait behind one full batch (Nexus, Shen et al., SOSP 2019): a batch
	// may take half the objective.
	FullBatch
)

// Allowed returns how long a batch may take under an objective on the latency.
func (w WaitRule) Allowed(objective time.Duration) time.Duration {
	if w == FullBatch {
		return objective / 2
	}
	return objective
}

// AllowedInTurn is Allowed for a replica that has a share of the time of its GPU, from 0 to 1. A
// batch of a time L starts once in a cycle of L/share. A request that just misses one waits for a
// cycle: with FullBatch, L/share + L is within the objective (Nexus, section 4.1).
func (w WaitRule) AllowedInTurn(objective time.Duration, share float64) time.Duration {
	if w == FullBatch {
		return time.Duration(float64(objective) * share / (1 + share))
	}
	return objective
}

// RequestSizes describes the sizes of a model's requests. Each item takes one place in a batch. A
// request takes at least one place.
type RequestSizes struct {
	Items  float64 // mean number of items of a request, above 0
	Places float64 // mean number of places of a request, at least 1
	Same   bool    // whether all requests take equally many places

	// Longest returns the mean of the largest work among the given number of requests. It is nil if
	// the time of a batch depends on the mean work of its members, which is 1 on average.
	Longest func(requests float64) float64
}

// OneItem is the RequestSizes of requests that have one item each.
var OneItem = RequestSizes{Items: 1, Places: 1, Same: true}

// Requests returns the mean number of requests in a full batch of n places, at least one. A request
// that needs more than n places is a batch of its own.
func (s *RequestSizes) Requests(places int) float64 {
	n := float64(places) / s.Places
	if s.Same {
		n = math.Floor(n)
	}
	return max(1, n)
}

// Takes returns the mean time that a full batch of n places takes.
func (s *RequestSizes) Takes(b profile.Batch, places int) time.Duration {
	n := s.Requests(places)
	takes := b.LatencyOf(n * s.Items)
	if s.Longest == nil {
		return takes
	}
	return profile.Stretched(takes, s.Longest(n))
}

// LargestBatch returns the number of places of the largest batch that, when it is full, takes no
// longer than allowed. It is 0 if even one request of mean size takes longer. If all requests take
// equally many places, the result is a multiple of that number.
func (s *RequestSizes) LargestBatch(b profile.Batch, allowed time.Duration) int {
	places := sort.Search(b.Max(), func(i int) bool { return s.Takes(b, i+1) > allowed })
	if whole := int(s.Places); s.Same && places >= whole {
		places -= places % whole
	}
	return places
}

// Rate returns the requests per second when full batches of n places follow each other.
func (s *RequestSizes) Rate(b profile.Batch, places int) float64 {
	return s.Requests(places) / s.Takes(b, places).Seconds()
}
