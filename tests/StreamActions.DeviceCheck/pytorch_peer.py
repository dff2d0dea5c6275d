"""The same network in PyTorch, eager and compiled: windows per second by batch. Prints JSON.

  python3 pytorch_peer.py FOLDER [--device cuda] [--batches 1 4 16 64] [--seconds 3] [--compile]

torch.compile takes minutes: --compile without precisions leaves it out, --compile fp32 fp16 compiles both.
FOLDER has the files that the device check writes with --peer. Only torch is needed. Without it, the script says so and succeeds.
A window is measured from bytes on the host to its embedding on the host, as the worker runs it.
"""
import argparse
import json
import os
import struct
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print(json.dumps({"skipped": "torch is not installed"}))
    sys.exit(0)

MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def weights(path):
    """The tensors of a safetensors file in 32 bits."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        count = (end - start) // 4
        values = torch.frombuffer(data, dtype=torch.float32, count=count, offset=start)
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


class Window(torch.nn.Module):
    """Clips uint8 [B, T, S, S, 3] to unit embeddings [B, D]: CLIP's vision transformer with TED-Adapters, bidirectional."""

    def __init__(self, sizes, tensors):
        super().__init__()
        self.sizes = sizes
        self.names = {}
        for number, (name, tensor) in enumerate(sorted(tensors.items())):
            self.names[name] = f"p{number}"
            self.register_buffer(self.names[name], tensor)
        self.register_buffer("mean", torch.tensor(MEAN))
        self.register_buffer("deviation", torch.tensor(DEVIATION))

    def p(self, name):
        return getattr(self, self.names["visual." + name])

    def linear(self, x, name):
        return F.linear(x, self.p(name + ".weight"), self.p(name + ".bias"))

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.p(name + ".weight"), self.p(name + ".bias"), 1e-5)

    def attention(self, x, name):
        n, tokens, width = x.shape
        heads = self.sizes["heads"]
        q, k, v = F.linear(x, self.p(name + ".in_proj_weight"), self.p(name + ".in_proj_bias")).chunk(3, dim=-1)
        q, k, v = (t.reshape(n, tokens, heads, width // heads).transpose(1, 2) for t in (q, k, v))
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v)
        else:
            y = torch.softmax(q @ k.transpose(-1, -2) * (width // heads) ** -0.5, dim=-1) @ v
        return self.linear(y.transpose(1, 2).reshape(n, tokens, width), name + ".out_proj")

    def enhancement(self, x, name):
        """x [B, T, L, C]: three taps over time."""
        weight = self.p(name + ".conv.weight")
        y = self.linear(x, name + ".fc1").permute(0, 3, 1, 2)
        y = F.conv2d(y, weight.reshape(-1, 1, 3, 1), self.p(name + ".conv.bias"), padding=(1, 0), groups=weight.shape[0])
        return self.linear(y.permute(0, 2, 3, 1), name + ".fc2")

    def difference(self, x, name):
        """x [B, T, L, C]: each frame's patches minus those of the frame before, 3 x 3 taps over the grid."""
        patches = x[:, :, 1:]
        change = F.pad(patches[:, 1:] - patches[:, :-1], (0, 0, 0, 0, 1, 0))
        y = self.linear(change, name + ".fc1")
        b, t, tokens, width = y.shape
        grid = self.sizes["size"] // self.sizes["patch"]
        y = y.reshape(b * t, grid, grid, width).permute(0, 3, 1, 2)
        y = F.conv2d(y, self.p(name + ".conv.weight").reshape(width, 1, 3, 3), self.p(name + ".conv.bias"), padding=1, groups=width)
        y = self.linear(y.permute(0, 2, 3, 1).reshape(b, t, tokens, width), name + ".fc2")
        return F.pad(y, (0, 0, 1, 0))

    def block(self, x, name, frames):
        x = x + self.attention(self.norm(x, name + ".ln_1"), name + ".attn")
        clip = x.reshape(-1, frames, *x.shape[1:])
        adapter = name + ".adapter_pre_mlp"
        clip = clip + self.enhancement(clip, adapter) + self.difference(clip, adapter + ".offset_adapter")
        x = clip.reshape(x.shape)
        y = self.linear(self.norm(x, name + ".ln_2"), name + ".mlp.c_fc")
        return x + self.linear(y * torch.sigmoid(1.702 * y), name + ".mlp.c_proj")

    def forward(self, clips):
        frames = clips.shape[1]
        weight = self.p("conv1.weight")
        x = (clips.flatten(0, 1).float() / 255 - self.mean.float()) / self.deviation.float()
        x = F.conv2d(x.permute(0, 3, 1, 2).to(weight.dtype), weight, stride=self.sizes["patch"])
        x = x.flatten(2).transpose(1, 2)
        first = self.p("class_embedding").expand(x.shape[0], 1, -1)
        x = self.norm(torch.cat([first, x], dim=1) + self.p("positional_embedding"), "ln_pre")
        for layer in range(self.sizes["layers"]):
            x = self.block(x, f"transformer.resblocks.{layer}", frames)
        x = self.norm(x[:, 0], "ln_post") @ self.p("proj")
        x = x.reshape(-1, frames, 1, x.shape[-1])
        x = (x + self.enhancement(x, "t_adapter")).squeeze(2)
        return F.normalize(x.mean(dim=1).float(), dim=-1)


def rate(model, clips, device, seconds):
    """Windows per second, copies included."""
    host = clips.pin_memory() if device.startswith("cuda") else clips

    def run():
        return model(host.to(device, non_blocking=True)).cpu()

    with torch.no_grad():
        for _ in range(3):
            run()
        runs, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            run()
            runs += 1
        return round(runs * len(clips) / (time.perf_counter() - began), 1)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--batches", type=int, nargs="+", default=[1, 4, 16, 64])
    arguments.add_argument("--seconds", type=float, default=3)
    arguments.add_argument("--precisions", nargs="+", default=["fp32", "fp16"])
    arguments.add_argument("--compile", nargs="*", default=["fp16"], dest="compiled", help="precisions to compile; takes minutes")
    options = arguments.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    with open(os.path.join(options.folder, "peer.json")) as file:
        sizes = json.load(file)
    shape = (sizes["frames"], sizes["size"], sizes["size"], 3)
    with open(os.path.join(options.folder, "clips.u8"), "rb") as file:
        golden = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(sizes["clips"], *shape)
    expected = torch.tensor(sizes["embeddings"])
    tensors = weights(os.path.join(options.folder, "weights.safetensors"))
    report = {"torch": torch.__version__, "device": options.device, "golden": [], "windows": [], "errors": []}
    for precision in options.precisions:
        kind = torch.float16 if precision == "fp16" else torch.float32
        eager = Window(sizes, {name: t.to(kind) for name, t in tensors.items()}).to(options.device).eval()
        models = [("eager", eager)]
        if precision in options.compiled and hasattr(torch, "compile"):
            models.append(("compile", torch.compile(eager, dynamic=False)))
        for mode, model in models:
            try:
                with torch.no_grad():
                    deviation = (model(golden.to(options.device)).cpu() - expected).abs().max().item()
                report["golden"].append({"mode": mode, "precision": precision, "deviation": deviation})
                for batch in options.batches:
                    clips = torch.randint(0, 256, (batch, *shape), dtype=torch.uint8)
                    report["windows"].append({
                        "mode": mode, "precision": precision, "batch": batch,
                        "windowsPerSecond": rate(model, clips, options.device, options.seconds)})
            except Exception as error:  # the other parts are still measured
                report["errors"].append(f"{mode} {precision}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
    print(json.dumps(report, indent=2))


main()
