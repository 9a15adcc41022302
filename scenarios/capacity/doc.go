// Package capacity finds by simulation how many requests per second the replicas of a deployment
// serve together within their model's objectives.
//
// The simulated fleet has only n replicas of this deployment, all ready from the start, under the
// levers of one policy. Its requests are resampled from the scenario's streams. Their gaps are
// multiplied by a factor that gives the wanted rate. A search finds the rate at which the share of
// requests in time equals the percentile of the objective.
//
//   - gather.go: the requests of each model, read from the scenario's streams
//   - sample.go: a sample of these requests, and the dispersion of the gaps between them
//   - talks.go: samples of whole conversations
//   - resample.go: as many requests as a run needs, at a given rate
//   - alone.go: the fleet with only one deployment
//   - aim.go: the objectives of these requests, and how many of them may miss
//   - parts.go: the allowed misses of separate pools for prefill and decode
//   - trial.go: runs at one rate after another
//   - search.go: the largest load at which the objectives hold
//   - simulated.go: a table of rates, each found when it is first asked for
//   - lengths.go: rates for requests of other mean lengths
//   - cache.go: the values of the table, stored on disk
package capacity
