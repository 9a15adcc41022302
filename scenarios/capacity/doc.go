// Package capacity finds by simulation how many requests per second the replicas of a deployment
// serve together within their model's objectives.
//
// A deployment is run alone: n replicas of it, all ready from the start, under the levers of one
// policy. Its requests are resampled from the scenario's own streams, and their gaps are stretched
// to a rate. The search finds the rate at which the share of requests in time equals the percentile
// of the objective.
//
//   - gather.go: requests of each model, as the scenario's streams make them
//   - sample.go: what is kept of them, and the dispersion of the gaps between them
//   - talks.go: the same for conversations, of which whole ones are resampled
//   - resample.go: as many requests as a run needs, at a rate
//   - alone.go: a deployment alone, as a run needs it
//   - aim.go: which requests count, and how many of them may miss
//   - trial.go: runs at one rate after the other
//   - search.go: the load that the percentile just allows
//   - simulated.go: a table of rates; each is found when it is asked for first
//   - cache.go: the values of that table, kept on disk
package capacity
