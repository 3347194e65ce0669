package manifest

// Template is a manifest to start from.
type Template struct {
	// Name is short and stable, for command lines: "web".
	Name string
	// Title is one line for a menu.
	Title string
	// YAML is the manifest. Its commands run in any container with a POSIX
	// shell, and on a plain Linux machine too, where podium's own engine runs
	// containers as processes.
	YAML string
}

// Templates returns the built-in templates, the simplest first.
func Templates() []Template { return append([]Template(nil), templates...) }

var templates = []Template{
	{Name: "minimal", Title: "Minimal: one container that prints the time", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: clock
  labels:
    app: clock
spec:
  containers:
  - name: clock
    image: busybox
    command: ["sh", "-c", "while true; do date; sleep 1; done"]
`},
	{Name: "shell", Title: "Shell box: does nothing until you open a shell in it", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: box
  labels:
    app: box
spec:
  terminationGracePeriodSeconds: 2
  containers:
  - name: box
    image: alpine
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"]
    stdin: true
    tty: true
`},
	{Name: "web", Title: "Web server with probes", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app: web
spec:
  containers:
  - name: web
    image: busybox
    # Serves the folder "www" with whatever is there: busybox or python3.
    command:
    - sh
    - -c
    - |
      mkdir -p www && echo "hello from $(hostname)" > www/index.html && cd www
      if busybox httpd --help >/dev/null 2>&1; then
        exec busybox httpd -f -v -p "$PORT"
      fi
      exec python3 -m http.server "$PORT"
    env:
    - name: PORT
      value: "8080"
    ports:
    - name: http
      containerPort: 8080
    readinessProbe:
      httpGet:
        path: /
        port: http
      periodSeconds: 5
    livenessProbe:
      tcpSocket:
        port: http
      initialDelaySeconds: 10
      periodSeconds: 10
`},
	{Name: "once", Title: "Run once: a job that ends, and is not started again", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: job
  labels:
    app: job
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 600
  containers:
  - name: job
    image: busybox
    command: ["sh", "-c", "for i in 1 2 3 4 5; do echo step $i; sleep 1; done; echo done"]
`},
	{Name: "init", Title: "Init container: something that must be done first", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: prepared
  labels:
    app: prepared
spec:
  initContainers:
  - name: prepare
    image: busybox
    command: ["sh", "-c", "echo preparing; sleep 2; echo ready"]
  containers:
  - name: main
    image: busybox
    command: ["sh", "-c", "while true; do echo at work; sleep 5; done"]
`},
	{Name: "shared", Title: "Two containers that share a volume", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: shared
  labels:
    app: shared
spec:
  volumes:
  - name: data
    emptyDir: {}
  containers:
  - name: writer
    image: busybox
    # DIR is where the volume is: /data, or a folder of the pod on engines
    # that cannot mount and name it in PODIUM_VOLUMES instead.
    command:
    - sh
    - -c
    - |
      DIR=/data; [ -w "$DIR" ] || DIR="${PODIUM_VOLUMES:-.}/data"; mkdir -p "$DIR"
      while true; do date >> "$DIR/times"; sleep 1; done
    volumeMounts:
    - name: data
      mountPath: /data
  - name: reader
    image: busybox
    command:
    - sh
    - -c
    - |
      DIR=/data; [ -d "$DIR" ] || DIR="${PODIUM_VOLUMES:-.}/data"; mkdir -p "$DIR"
      touch "$DIR/times"; exec tail -f "$DIR/times"
    volumeMounts:
    - name: data
      mountPath: /data
      readOnly: true
`},
	{Name: "resources", Title: "With requests and limits of resources", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: sized
  labels:
    app: sized
spec:
  containers:
  - name: main
    image: busybox
    command: ["sh", "-c", "while true; do date; sleep 1; done"]
    resources:
      requests:
        cpu: 100m
        memory: 64Mi
      limits:
        cpu: 500m
        memory: 128Mi
`},
	{Name: "flexvolume", Title: "With a FlexVolume (a volume of the service, by its name)", YAML: `apiVersion: v1
kind: Pod
metadata:
  name: database
  labels:
    app: database
spec:
  volumes:
  - name: data
    flexVolume:
      options:
        volumeID: my-volume
  containers:
  - name: database
    image: busybox
    command: ["sh", "-c", "ls -la /data 2>/dev/null; while true; do date; sleep 5; done"]
    volumeMounts:
    - name: data
      mountPath: /data
`},
}
