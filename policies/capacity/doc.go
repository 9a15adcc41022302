// Package capacity computes what one replica of a deployment can serve: how many requests at a time
// meet their objectives, and how long each of them takes. It uses closed forms, and no simulation.
//
//   - batch.go: a replica that works on batches
//   - duty.go: a replica of an LLM engine that serves requests of mean length
//   - steps.go: how long such requests take, by the steps of the engine
package capacity
