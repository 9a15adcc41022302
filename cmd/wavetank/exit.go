package main

import "errors"

// Exit codes.
const (
	failed      = 1   // something went wrong that is not the user's fault
	badInput    = 2   // what the user gave cannot be used
	interrupted = 130 // by Ctrl-C or SIGTERM
)

// inputError is an error in the user's input.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// interruption says what an interrupted command kept.
type interruption string

func (i interruption) Error() string { return "interrupted: " + string(i) }

// input marks an error as the user's.
func input(err error) error {
	if err == nil {
		return nil
	}
	return inputError{err}
}

// exitCode returns the exit code of a command that ended with err.
func exitCode(err error) int {
	var bad inputError
	var stopped interruption
	switch {
	case err == nil:
		return 0
	case errors.As(err, &stopped):
		return interrupted
	case errors.As(err, &bad):
		return badInput
	}
	return failed
}
