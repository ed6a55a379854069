/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys as ssh-keygen makes them, and blobs that are none. */
#ifndef COG_TESTS_SSH_KEYS_H
#define COG_TESTS_SSH_KEYS_H

#define ED25519                                                               \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICH+d1VkoQc0/Zx6jhL0iLssgv+3dL"      \
    "00cVL6f/HRPF2R"
#define ED25519_BLOB                                                          \
    "AAAAC3NzaC1lZDI1NTE5AAAAICH+d1VkoQc0/Zx6jhL0iLssgv+3dL00cVL6f/HRPF"      \
    "2R"
#define P256                                                                  \
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNT"      \
    "YAAABBBOS4h36jIKUB8Juc8/Iwk9GFxcFDihg0I/UGKXKdnMbCr8EAdM8IEmkpc0jy"      \
    "YZ1wasOn+3FM6CKvGoN1SXNvvWE="
#define P256_BLOB                                                             \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOS4h36jIKUB8J"      \
    "uc8/Iwk9GFxcFDihg0I/UGKXKdnMbCr8EAdM8IEmkpc0jyYZ1wasOn+3FM6CKvGoN1"      \
    "SXNvvWE="
#define P384                                                                  \
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzOD"      \
    "QAAABhBBFCndoP54ciMJ+vYmER68lxYt46D4G2u0PIDFyMvHBGQptDZyBhg5k+24iC"      \
    "fL0mNpD8B7DZjiMTqLJxkVqDaq/XhPlLXPKCMwnJBGOE0mcAwx+Fv5+5t8wryfKDvV"      \
    "jrTQ=="
#define P521                                                                  \
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1Mj"      \
    "EAAACFBAGPe7puBlvjXbL7TrwQraFgRddGeDfQcwe2DayLMSopqoxaeCLoVZ62p6Mx"      \
    "mPaOnQ9vDFVT+E9Sc2iO+9CrU4QbXgEQdjaWEyPy4mg6p5wgGH0F4Vc2WujxvE0SNk"      \
    "KH/oJbLHHgf/88g6Vku4+BzsFnBnyjnHAThK4NEYxQ7JqD8TVOsA=="
#define RSA1024                                                               \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC5P0lwXer4qJlgjcIxDeVczT+gA0"      \
    "wNm6CO1Pavpx3vLmsj+/ZvqZqEuSjuLxQt9UfMKihLGGlyMdy8RjAFht8mpGHv3C8m"      \
    "RMN1CHgqNk6yHDvZzAgKbTRRGg7bNZk7xsnwjCsgUHTYW42yTxV2UeGC5w8YIap/N8"      \
    "/fjC6BfFHzCQ=="
#define RSA2048                                                               \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDffbN0nI22m0s4LRNu3liqzq6SCX"      \
    "d5EoYm9n4u2PJRsF8wJutgjpuEAoCyVNzioigUhNDs+hvkTo+XemNV2RPJU+CBIKUy"      \
    "7BeIieeJzeCtNDkvDCB6pUrgnP0KfGRcmLeriB/Uun8eKH6/eGeoKVIL82Q6qFKcr0"      \
    "9fJNQVSopP58cwoNS00KEAp26D6FYXq+wKKBnO1WPLlG14Ei4seDjA0q0DiBc8M8+9"      \
    "R3M5QjEWc8aPapWD/nNK1RSDcCZXZ/qbxZhD5G4aQWD+5CxtmcNbrNhWk2wemPbfCs"      \
    "NHbn5vK4IfEpiS5pUQSiK0mK5P9HfPVas3zv+eFRGdsTIhzCgT"
#define RSA4096                                                               \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQDpqJvCTH0Rg3ZK1FI0IBIvZ4YcIU"      \
    "gARoyztRrS7uX3jsZnN6gx/YzqeLK506xDS6j9rqrs4WLsv6FLcdT0UaJ75DxzN4Qy"      \
    "vQkhq1lCpa76Tor8wZLkPyDaYZWyutik6MoQZuboZk3wPClTNO+UvqE1V30jlKN9pp"      \
    "0UnnqNfDuW4yFMCajnOK0FoUKScyxI4JLneCzJwyN+yao+d73pEMn+9ep+nrWDwsQr"      \
    "Kp571zZ3ilnTXSnEBdP6OOBYmkaqEIZgyAFzGXU6bNTa9wJA9DAPnlWbcWyz4lus5V"      \
    "J1TxWGb8rd0KwwkxxvrReRF6f7qEiKAVjN+e8nhlehpJHbqu7It2l7R9X5RbcOpars"      \
    "KTYqgEOVOSJplWi3XzMVx8uNc5NBF8tVbKl4yr6ImdMe2wYPZHv6T1EhHNImQID0cU"      \
    "1eJ4e8wxcpwIaW1CA8Y6YYP4ZAH4X365VvEq2u75uxw8puvIoKeQBBn9awGtkxUs6B"      \
    "0puduklvtTOeQbUfAnQ4vpf+lQq2qgDjnoa/UxSYS4EYrXJXFFsD9Q4t6I4oI7H4W2"      \
    "g6HcMIkNBwhb2aS3AB2vqAkvXM/+64ArEFCg0aDsjByM58PqhrwhJYew33OhyliLNH"      \
    "Gq/eN6ZNND8WihTKd0VgBOUn1fv0SdPrcZQ/DffFsBzKXHDBMrpJpSDPHiD9qQ=="
#define SK_ED25519                                                            \
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29"      \
    "tAAAAICH+d1VkoQc0/Zx6jhL0iLssgv+3dL00cVL6f/HRPF2RAAAABHNzaDo="
#define SK_P256                                                               \
    "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHA"      \
    "yNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBOS4h36jIKUB8Juc8/Iwk9GFx"      \
    "cFDihg0I/UGKXKdnMbCr8EAdM8IEmkpc0jyYZ1wasOn+3FM6CKvGoN1SXNvvWEAAAA"      \
    "Ec3NoOg=="
#define SK_NO_APPLICATION                                                     \
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29"      \
    "tAAAAICH+d1VkoQc0/Zx6jhL0iLssgv+3dL00cVL6f/HRPF2R"
#define DSA                                                                   \
    "ssh-dss AAAAB3NzaC1kc3MAAACBAIwktRyrTiGbm4kFaF3OUXCJ8bpStvSDZdrJSu"      \
    "wM0X5iXIXDq1v1hoQ44sIgym8hSQwD6EHZHE/LdMOqKKoxg1jo3Zx21LFCGm2dl1PG"      \
    "y4ViRXO8RrLA9L/u/QXOsS34YSdEWzSQIyya27RJPXI12hlycIgl4MGRmaF1jPIqmP"      \
    "npAAAAFQCQ5JP8tRbrZRc26Vmd1SdD6wd+XwAAAIA4TP4x3Xk74Rn0XuVTqkORAfn7"      \
    "Wo3UkPwIe7ndmirELwbJ5gqaumvrXGyHgvHtd49CNtvjPjZ51NBDdoPi/K04jS2/gC"      \
    "DVXpr1WiIQ6kOEXaDTyLXnWQEgoSgVQZIWg4ao0cP1IIFIVYwXuW+Wjqth0TGiojme"      \
    "BrrblAePQk00IwAAAIAzevwPF6xgqHqPCRdZXo6mbUmrBEW7/oWPZjoyz2tIr+iPeZ"      \
    "5mRlgnKP1wMt+jPSp9eyduXVPhfcZOYBDZ4CEJKQY1gROqOJelOKAae+e3coXBCn0I"      \
    "UpQX0/M+8nqiQ6PcBTjl/SvI9na55B6T96aE2+OCl5zgAsE8fC3VYbn0iA=="
#define CERTIFICATE_BLOB                                                      \
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIPJqWo8qE8Sdja"      \
    "1Tp37+JEaYhLcyEWSNoAlsApMWfpBsAAAAIFVLv1/F52P1jpcYDx5NDB1MpuBuQF9j"      \
    "20lq/wVWz1alAAAAAAAAAAAAAAABAAAAAXgAAAAIAAAABHJvb3QAAAAAAAAAAP////"      \
    "//////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5nAAAAAAAAABdwZXJt"      \
    "aXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGluZw"      \
    "AAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAA"      \
    "ADMAAAALc3NoLWVkMjU1MTkAAAAgIf53VWShBzT9nHqOEvSIuyyC/7d0vTRxUvp/8d"      \
    "E8XZEAAABTAAAAC3NzaC1lZDI1NTE5AAAAQOyv7mp7m0AJ/NYQAgxoe1zvkTyMyRas"      \
    "cpIVxJ9a1vbH258TG/eGGFInCJhDmc6GW9V7PD2ohBwQwAoEOSPxJwM="
#define RSA_2047                                                              \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAG++2bpORttNpZwWibdvLFVnV0kEu7"      \
    "yJQxN7PxdseSjYL5gTdbBHTcIBQFkqbnFRFApCaHZ9DfInR8u9MarsieSp8ECQUpl2"      \
    "C8RE88Tm8FaaHJeGED1SpXBOfoU+Mi5MW9XED+pdP48UP1+8M9QUqQX5sh1UKU5Xp6"      \
    "+SagqlRSfz45hQalpoUIBTt0H0KwvV9gUUDOdqseXKNrwJFxY8HGBpVoHEC54Z596j"      \
    "uZyhGIs540e1SsH/OaVqikG4Eyuz/U3izCHyNw0gsH9yFjbM4a3WbCtJtg9Me2+FYa"      \
    "O3PzeVwQ+JTElzSoglEVpMVyf6O+eq1Zvnf88KiM7YmRDmFAk="
#define RSA_EVEN                                                              \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDffbN0nI22m0s4LRNu3liqzq6SCX"      \
    "d5EoYm9n4u2PJRsF8wJutgjpuEAoCyVNzioigUhNDs+hvkTo+XemNV2RPJU+CBIKUy"      \
    "7BeIieeJzeCtNDkvDCB6pUrgnP0KfGRcmLeriB/Uun8eKH6/eGeoKVIL82Q6qFKcr0"      \
    "9fJNQVSopP58cwoNS00KEAp26D6FYXq+wKKBnO1WPLlG14Ei4seDjA0q0DiBc8M8+9"      \
    "R3M5QjEWc8aPapWD/nNK1RSDcCZXZ/qbxZhD5G4aQWD+5CxtmcNbrNhWk2wemPbfCs"      \
    "NHbn5vK4IfEpiS5pUQSiK0mK5P9HfPVas3zv+eFRGdsTIhzCgS"
#define RSA_NEGATIVE                                                          \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAN99s3ScjbabSzgtE27eWKrOrpIJd3"      \
    "kShib2fi7Y8lGwXzAm62COm4QCgLJU3OKiKBSE0Oz6G+ROj5d6Y1XZE8lT4IEgpTLs"      \
    "F4iJ54nN4K00OS8MIHqlSuCc/Qp8ZFyYt6uIH9S6fx4ofr94Z6gpUgvzZDqoUpyvT1"      \
    "8k1BVKik/nxzCg1LTQoQCnboPoVher7AooGc7VY8uUbXgSLix4OMDSrQOIFzwzz71H"      \
    "czlCMRZzxo9qlYP+c0rVFINwJldn+pvFmEPkbhpBYP7kLG2Zw1us2FaTbB6Y9t8Kw0"      \
    "dufm8rgh8SmJLmlRBKIrSYrk/0d89VqzfO/54VEZ2xMiHMKBM="
#define RSA_LEADING_ZERO                                                      \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAgAA332zdJyNtptLOC0Tbt5Yqs6ukg"      \
    "l3eRKGJvZ+LtjyUbBfMCbrYI6bhAKAslTc4qIoFITQ7Pob5E6Pl3pjVdkTyVPggSCl"      \
    "MuwXiInnic3grTQ5LwwgeqVK4Jz9CnxkXJi3q4gf1Lp/Hih+v3hnqClSC/NkOqhSnK"      \
    "9PXyTUFUqKT+fHMKDUtNChAKdug+hWF6vsCigZztVjy5RteBIuLHg4wNKtA4gXPDPP"      \
    "vUdzOUIxFnPGj2qVg/5zStUUg3AmV2f6m8WYQ+RuGkFg/uQsbZnDW6zYVpNsHpj23w"      \
    "rDR25+byuCHxKYkuaVEEoitJiuT/R3z1WrN87/nhURnbEyIcwoEw=="
#define RSA_EXPONENT_ONE                                                      \
    "ssh-rsa AAAAB3NzaC1yc2EAAAABAQAAAQEA332zdJyNtptLOC0Tbt5Yqs6ukgl3eR"      \
    "KGJvZ+LtjyUbBfMCbrYI6bhAKAslTc4qIoFITQ7Pob5E6Pl3pjVdkTyVPggSClMuwX"      \
    "iInnic3grTQ5LwwgeqVK4Jz9CnxkXJi3q4gf1Lp/Hih+v3hnqClSC/NkOqhSnK9PXy"      \
    "TUFUqKT+fHMKDUtNChAKdug+hWF6vsCigZztVjy5RteBIuLHg4wNKtA4gXPDPPvUdz"      \
    "OUIxFnPGj2qVg/5zStUUg3AmV2f6m8WYQ+RuGkFg/uQsbZnDW6zYVpNsHpj23wrDR2"      \
    "5+byuCHxKYkuaVEEoitJiuT/R3z1WrN87/nhURnbEyIcwoEw=="
#define RSA_EXPONENT_LONG                                                     \
    "ssh-rsa AAAAB3NzaC1yc2EAAAAJAQAAAAAAAAABAAABAQDffbN0nI22m0s4LRNu3l"      \
    "iqzq6SCXd5EoYm9n4u2PJRsF8wJutgjpuEAoCyVNzioigUhNDs+hvkTo+XemNV2RPJ"      \
    "U+CBIKUy7BeIieeJzeCtNDkvDCB6pUrgnP0KfGRcmLeriB/Uun8eKH6/eGeoKVIL82"      \
    "Q6qFKcr09fJNQVSopP58cwoNS00KEAp26D6FYXq+wKKBnO1WPLlG14Ei4seDjA0q0D"      \
    "iBc8M8+9R3M5QjEWc8aPapWD/nNK1RSDcCZXZ/qbxZhD5G4aQWD+5CxtmcNbrNhWk2"      \
    "wemPbfCsNHbn5vK4IfEpiS5pUQSiK0mK5P9HfPVas3zv+eFRGdsTIhzCgT"
#define ED25519_SHORT                                                         \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHyH+d1VkoQc0/Zx6jhL0iLssgv+3dL"      \
    "00cVL6f/HRPF0="
#define ED25519_LONG                                                          \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISH+d1VkoQc0/Zx6jhL0iLssgv+3dL"      \
    "00cVL6f/HRPF2RAA=="
#define ED25519_HUGE_LENGTH                                                   \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/////CH+d1VkoQc0/Zx6jhL0iLssgv+3dL"      \
    "00cVL6f/HRPF2R"
#define P256_COMPRESSED                                                       \
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNT"      \
    "YAAAAhAuS4h36jIKUB8Juc8/Iwk9GFxcFDihg0I/UGKXKdnMbC"
#define P256_OTHER_CURVE                                                      \
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAzOD"      \
    "QAAABBBOS4h36jIKUB8Juc8/Iwk9GFxcFDihg0I/UGKXKdnMbCr8EAdM8IEmkpc0jy"      \
    "YZ1wasOn+3FM6CKvGoN1SXNvvWE="
#define P256_LAST_BIT                                                         \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOS4h36jIKUB8J"      \
    "uc8/Iwk9GFxcFDihg0I/UGKXKdnMbCr8EAdM8IEmkpc0jyYZ1wasOn+3FM6CKvGoN1"      \
    "SXNvvWF="
#define P256_OTHER_FORM                                                       \
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNT"      \
    "YAAABBAuS4h36jIKUB8Juc8/Iwk9GFxcFDihg0I/UGKXKdnMbCr8EAdM8IEmkpc0jy"      \
    "YZ1wasOn+3FM6CKvGoN1SXNvvWE="

#endif
