// Package workers carries out the tasks of a study by worker processes, over NATS JetStream. One
// process submits the tasks, and any number of workers take them, on any number of computers.
//
//	address.go    how a server is reached, and which addresses are refused
//	server.go     a server within this process
//	site.go       what the server holds of a sweep: two streams and a store of objects
//	retry.go      calls are repeated while the server is away
//	work.go       what a worker has to know of a sweep
//	files.go      the files that the scenario reads: sent by content, and opened nowhere else
//	submission.go submits the tasks and receives the results
//	receive.go    the answers of workers, and tasks that are given up
//	worker.go     a worker: which sweeps it takes part in
//	hand.go       a worker takes tasks and answers them
//	settings.go   the settings of a sweep, as a worker prepares them
//	processes.go  worker processes on this computer
//
// A task is a study.Task. It is delivered again if its worker does not answer, so it may be carried
// out twice; both results are the same, and only the first one is kept. Results and files are
// objects that are named by their SHA-256. Everything that is stored on the server is there until
// the sweep is complete, so the process that submits may be killed, too.
package workers
