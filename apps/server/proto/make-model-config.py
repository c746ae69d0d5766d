"""Writes model_config.proto, Triton's own schema of config.pbtxt, from the descriptor that its Python client carries.

Run: pip install tritonclient[grpc]==2.73.0 && python3 apps/server/proto/make-model-config.py > apps/server/proto/model_config.proto
"""
import tritonclient.grpc.model_config_pb2 as model_config
from google.protobuf import descriptor_pb2

F = descriptor_pb2.FieldDescriptorProto
SCALARS = {
    F.TYPE_DOUBLE: "double", F.TYPE_FLOAT: "float", F.TYPE_INT64: "int64", F.TYPE_UINT64: "uint64", F.TYPE_INT32: "int32",
    F.TYPE_BOOL: "bool", F.TYPE_STRING: "string", F.TYPE_BYTES: "bytes", F.TYPE_UINT32: "uint32",
}
PACKAGE = ".inference."


def type_of(field, scope):
    if field.type in SCALARS:
        return SCALARS[field.type]
    name = field.type_name.removeprefix(PACKAGE)
    return name.removeprefix(scope + ".")


def print_enum(enum, indent):
    print(f"{indent}enum {enum.name} {{")
    for value in enum.value:
        print(f"{indent}  {value.name} = {value.number};")
    print(f"{indent}}}")


def print_message(message, scope, indent=""):
    path = f"{scope}.{message.name}" if scope else message.name
    maps = {nested.name: nested for nested in message.nested_type if nested.options.map_entry}
    print(f"{indent}message {message.name} {{")
    for enum in message.enum_type:
        print_enum(enum, indent + "  ")
    for nested in message.nested_type:
        if nested.name not in maps:
            print_message(nested, path, indent + "  ")
    open_oneof = None
    for field in message.field:
        oneof = field.oneof_index if field.HasField("oneof_index") else None
        if oneof != open_oneof and open_oneof is not None:
            print(f"{indent}  }}")
        if oneof != open_oneof and oneof is not None:
            print(f"{indent}  oneof {message.oneof_decl[oneof].name} {{")
        open_oneof = oneof
        inner = indent + ("    " if oneof is not None else "  ")
        entry = maps.get(field.type_name.split(".")[-1]) if field.label == F.LABEL_REPEATED else None
        if entry is not None:
            kind = f"map<{type_of(entry.field[0], path)}, {type_of(entry.field[1], path)}>"
        else:
            kind = ("repeated " if field.label == F.LABEL_REPEATED else "") + type_of(field, path)
        print(f"{inner}{kind} {field.name} = {field.number};")
    if open_oneof is not None:
        print(f"{indent}  }}")
    print(f"{indent}}}")


file = descriptor_pb2.FileDescriptorProto()
model_config.DESCRIPTOR.CopyToProto(file)
print("// The schema of config.pbtxt of Triton Inference Server, written by make-model-config.py from the descriptor in tritonclient")
print("// 2.73.0. Copyright NVIDIA Corporation, BSD 3-Clause, https://github.com/triton-inference-server/common/blob/main/LICENSE.")
print('syntax = "proto3";\n\npackage inference;\n')
for enum in file.enum_type:
    print_enum(enum, "")
for message in file.message_type:
    print_message(message, "")
