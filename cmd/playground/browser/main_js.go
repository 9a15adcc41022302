package main

import (
	"context"
	"syscall/js"
)

// main gives the page the function simulate(text, progress). It returns a promise of the report as
// HTML. The promise fails with a text that names every fault of the scenario.
func main() {
	js.Global().Set("simulate", js.FuncOf(func(_ js.Value, args []js.Value) any {
		text, progress := args[0].String(), args[1]
		return js.Global().Get("Promise").New(js.FuncOf(func(_ js.Value, promise []js.Value) any {
			go func() {
				page, err := simulate(context.Background(), text, func(done, of int) { progress.Invoke(done, of) })
				if err != nil {
					promise[1].Invoke(err.Error())
					return
				}
				promise[0].Invoke(string(page))
			}()
			return nil
		}))
	}))
	select {}
}
