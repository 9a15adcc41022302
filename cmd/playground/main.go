// Playground builds a web page on which scenarios are edited and run in the browser, without a
// server that simulates.
//
//	go run ./cmd/playground --serve 127.0.0.1:8080
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"wavetank/cmd/tool"
)

func main() { tool.Main(run) }

// run returns the exit code: 0 when the page is built, or served until an interruption; 2 after a
// mistake on the command line; 130 after an interruption of the build; 1 after every other error.
func run(ctx context.Context, args []string, told io.Writer) int {
	flags := flag.NewFlagSet("playground", flag.ContinueOnError)
	out := flags.String("out", "docs/playground", "folder of the page")
	serve := flags.String("serve", "", "then show the page at this address, such as 127.0.0.1:8080, until Ctrl-C")
	if code, ok := tool.Parse(flags, args, told); !ok {
		return code
	}
	if err := tool.Surplus(flags); err != nil {
		fmt.Fprintln(told, err)
		return 2
	}
	var listener net.Listener
	if *serve != "" {
		var err error
		if listener, err = net.Listen("tcp", *serve); err != nil {
			fmt.Fprintf(told, "--serve: %v\n", err)
			return 2
		}
		defer listener.Close()
	}
	fmt.Fprintln(told, "building the simulator for browsers; the first time this takes a few minutes")
	switch err := build(ctx, ".", *out, told); {
	case ctx.Err() != nil:
		fmt.Fprintln(told, "interrupted: nothing is changed")
		return 130
	case err != nil:
		fmt.Fprintln(told, err)
		return 1
	}
	fmt.Fprintf(told, "the page is in %s\n", *out)
	if listener == nil {
		return 0
	}
	fmt.Fprintf(told, "open http://%v; Ctrl-C ends\n", listener.Addr())
	server := &http.Server{Handler: http.FileServer(http.Dir(*out)), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(told, err)
		return 1
	}
	return 0
}
