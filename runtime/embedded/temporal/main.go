// A Temporal server for one machine: the public server module with its SQLite storage and the
// web UI in one binary. It understands the part of `temporal server start-dev` that the SDK and
// runtime/embedded/temporal-server.ts use, and is built where the official CLI cannot be
// downloaded. It binds the address it is given (loopback by default) and holds no secrets.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"net"
	"os"
	"strings"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

// repeated collects a flag that may be given several times.
type repeated []string

func (r *repeated) String() string         { return strings.Join(*r, ",") }
func (r *repeated) Set(value string) error { *r = append(*r, value); return nil }

type options struct {
	ip, dbFilename, logFormat, logLevel         string
	port, uiPort                                int
	headless                                    bool
	namespaces, dynamicConfig, searchAttributes repeated
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Printf("perennial temporal-server (Server %s)\n", headers.ServerVersion)
		return
	}
	if len(os.Args) < 3 || os.Args[1] != "server" || os.Args[2] != "start-dev" {
		fail(fmt.Errorf("usage: %s server start-dev [flags], or --version", os.Args[0]))
	}
	if err := run(parse(os.Args[3:])); err != nil {
		fail(err)
	}
}

func parse(args []string) options {
	var o options
	flags := flag.NewFlagSet("server start-dev", flag.ExitOnError)
	flags.IntVar(&o.port, "port", 7233, "port of the frontend")
	flags.IntVar(&o.uiPort, "ui-port", 0, "port of the web UI (default: port + 1000)")
	flags.StringVar(&o.ip, "ip", "127.0.0.1", "address to bind")
	flags.StringVar(&o.dbFilename, "db-filename", "", "SQLite file (default: in memory)")
	flags.StringVar(&o.logFormat, "log-format", "json", "json, text or pretty")
	flags.StringVar(&o.logLevel, "log-level", "warn", "debug, info, warn, error or never")
	flags.BoolVar(&o.headless, "headless", false, "no web UI")
	flags.Var(&o.namespaces, "namespace", "namespace to create (repeatable)")
	flags.Var(&o.dynamicConfig, "dynamic-config-value", "KEY=VALUE, value as JSON (repeatable)")
	flags.Var(&o.searchAttributes, "search-attribute", "NAME=TYPE (repeatable)")
	_ = flags.Parse(args) // ExitOnError: a wrong flag has ended the process already.
	if o.uiPort == 0 {
		o.uiPort = o.port + 1000
	}
	return o
}

func run(o options) error {
	dynamic, err := dynamicValues(o.dynamicConfig)
	if err != nil {
		return err
	}
	cfg := serverConfig(o)
	sql := cfg.Persistence.DataStores[sqlite.PluginName].SQL
	if err := prepareStorage(o, sql); err != nil {
		return err
	}
	var logger log.Logger = log.NewNoopLogger()
	if o.logLevel != "never" {
		logger = log.NewZapLogger(log.BuildZapLogger(log.Config{Stdout: true, Level: o.logLevel, Format: zapFormat(o.logFormat)}))
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		temporal.WithDynamicConfigClient(dynamic),
		temporal.WithStaticHosts(onlyHosts(cfg)),
	)
	if err != nil {
		return fmt.Errorf("create the server: %w", err)
	}
	interrupted := temporal.InterruptCh()
	if err := server.Start(); err != nil {
		return fmt.Errorf("start the server on %s:%d: %w", o.ip, o.port, err)
	}
	if !o.headless {
		ui := startUI(o)
		defer ui.Stop()
	}
	<-interrupted
	return stop(server)
}

// stop ends the server, but waits for it at most three seconds: one that is told to stop while it
// still initialises was seen to take sixteen. The storage survives an exit at any moment.
func stop(server temporal.Server) error {
	stopped := make(chan error, 1)
	go func() { stopped <- server.Stop() }()
	select {
	case err := <-stopped:
		return err
	case <-time.After(3 * time.Second):
		return nil
	}
}

// dynamicValues parses KEY=VALUE pairs over the defaults of a server with a single node.
func dynamicValues(pairs []string) (dynamicconfig.StaticClient, error) {
	values := dynamicconfig.StaticClient{
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                 8096,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key():      true,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
	}
	for _, pair := range pairs {
		key, text, found := strings.Cut(pair, "=")
		if !found {
			return nil, fmt.Errorf("--dynamic-config-value %q: expected KEY=VALUE", pair)
		}
		var value any = text
		if json.Unmarshal([]byte(text), &value) != nil {
			value = text // An unquoted duration such as 10ms.
		}
		if number, isNumber := value.(float64); isNumber && number == float64(int(number)) {
			value = int(number)
		}
		values[dynamicconfig.MakeKey(key)] = value
	}
	return values, nil
}

func serverConfig(o options) *config.Config {
	frontend := fmt.Sprintf("%s:%d", o.ip, o.port)
	sql := config.SQL{PluginName: sqlite.PluginName, DatabaseName: o.dbFilename, ConnectAttributes: map[string]string{
		"mode": "rwc", "journal_mode": "wal", "synchronous": "1", // 1 is NORMAL: survives kill -9, twice as fast as FULL.
	}}
	if o.dbFilename == "" {
		sql.DatabaseName = fmt.Sprintf("perennial-%d", rand.Int63())
		sql.ConnectAttributes = map[string]string{"mode": "memory", "cache": "shared"}
	}
	cfg := &config.Config{
		Persistence: config.Persistence{
			DefaultStore: sqlite.PluginName, VisibilityStore: sqlite.PluginName, NumHistoryShards: 1,
			DataStores: map[string]config.DataStore{sqlite.PluginName: {SQL: &sql}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: "active", CurrentClusterName: "active",
			ClusterInformation: map[string]cluster.ClusterInformation{"active": {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend}},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			"frontend": service(o.ip, o.port), "history": service(o.ip, freePort(o.ip)),
			"matching": service(o.ip, freePort(o.ip)), "worker": service(o.ip, freePort(o.ip)),
		},
		Archival:     config.Archival{History: config.HistoryArchival{State: "disabled"}, Visibility: config.VisibilityArchival{State: "disabled"}},
		PublicClient: config.PublicClient{HostPort: frontend},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
	cfg.Global.Membership = config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: o.ip}
	return cfg
}

// onlyHosts says who serves what: this process. Members that announce themselves in the database would
// be asked for half a minute after a kill -9, because the dead process is still announced there.
func onlyHosts(cfg *config.Config) map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, service := range cfg.Services {
		address := fmt.Sprintf("%s:%d", service.RPC.BindOnIP, service.RPC.GRPCPort)
		hosts[primitives.ServiceName(name)] = static.SingleLocalHost(address)
	}
	return hosts
}

func service(ip string, port int) config.Service {
	return config.Service{RPC: config.RPC{GRPCPort: port, MembershipPort: freePort(ip), BindOnIP: ip}}
}

func freePort(ip string) int {
	listener, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		fail(fmt.Errorf("find a free port on %s: %w", ip, err))
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// prepareStorage creates the schema of a new file and the namespaces that are missing. A file is
// given its name only when its schema is complete, so a kill while it is made leaves no half one.
func prepareStorage(o options, sql *config.SQL) error {
	if o.dbFilename != "" {
		if _, err := os.Stat(o.dbFilename); os.IsNotExist(err) {
			half := *sql
			half.DatabaseName = o.dbFilename + ".new"
			half.ConnectAttributes = map[string]string{"mode": "rwc"} // No WAL: one file to rename.
			_ = os.Remove(half.DatabaseName)                          // What an earlier, killed start left.
			if err := sqliteschema.SetupSchema(&half); err != nil {
				return fmt.Errorf("create the schema in %s: %w", half.DatabaseName, err)
			}
			if err := os.Rename(half.DatabaseName, o.dbFilename); err != nil {
				return fmt.Errorf("finish the database: %w", err)
			}
		}
	}
	attributes := map[string]enumspb.IndexedValueType{}
	for _, pair := range o.searchAttributes {
		name, kind, _ := strings.Cut(pair, "=")
		indexed, err := enumspb.IndexedValueTypeFromString(kind)
		if err != nil {
			return fmt.Errorf("--search-attribute %q: expected NAME=TYPE: %w", pair, err)
		}
		attributes[name] = indexed
	}
	for _, name := range append([]string{"default"}, o.namespaces...) {
		namespace, err := sqliteschema.NewNamespaceConfig("active", name, false, attributes)
		if err != nil {
			return fmt.Errorf("describe namespace %s: %w", name, err)
		}
		if err := sqliteschema.CreateNamespaces(sql, namespace); err != nil {
			return fmt.Errorf("create namespace %s: %w", name, err)
		}
	}
	return nil
}

func startUI(o options) *uiserver.Server {
	namespace := append(o.namespaces, "default")[0]
	ui := uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		Host: o.ip, Port: o.uiPort, TemporalGRPCAddress: fmt.Sprintf("%s:%d", o.ip, o.port),
		EnableUI: true, HideLogs: true, DisableNewsFetch: true, DefaultNamespace: namespace,
		CORS: uiconfig.CORS{CookieInsecure: true}, // Served over http on loopback.
	}))
	go func() {
		if err := ui.Start(); err != nil {
			fmt.Fprintf(os.Stderr, "the web UI on %s:%d stopped: %v\n", o.ip, o.uiPort, err)
		}
	}()
	return ui
}

func zapFormat(format string) string {
	if format == "json" {
		return "json"
	}
	return "console"
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "temporal-server:", err)
	os.Exit(1)
}
