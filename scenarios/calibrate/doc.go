// Package calibrate fits the step-time law of an LLM engine to measurements, and holds a law against them. It simulates
// one replica (package tokens) with what was asked of a real one: the requests of a log, clients that send the next request
// when the last ends, or requests at equal intervals. The time to a request's first token, and from there to its last, are
// sums over steps, linear in the coefficients of the law once it is known which steps there were; the fit goes back and
// forth between the two. Tables of kernels say how long any step takes; the law is fitted to steps that the simulated engine has.
package calibrate
